package io.dharma.tracing.context;

import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.spi.Printable;
import io.dharma.tracing.spi.TimeOrderedIds;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What follows a request through all services: the id by which everything that it caused is found again, and who and
 * what it was for. It is held in OpenTelemetry's context, so it is wherever traced blocks are; see {@link Correlation}.
 *
 * <ul>
 *   <li>the <b>correlation id</b> is the same in every service,
 *   <li>the <b>request id</b> is this one request's,
 *   <li>the <b>causation id</b> is the request id of the request that made this one,
 *   <li>the <b>conversation id</b> is common to several requests, say of one session or order.
 * </ul>
 *
 * <p>All of them follow the rules of {@link CorrelationRefusal}. None is a secret, and none proves anything; what looks
 * like a secret is not taken while a tracer runs that redacts. Ids made here are 32 hex digits that sort by time, as trace
 * ids do.
 *
 * <p><b>What is not as it should be is left out</b> and counted in {@link #leftOut()}; no method throws for a value. So
 * a name too long for an attribute costs an attribute, and not a request.
 *
 * <p>Immutable; any thread. Made once a request, in less than half a microsecond.
 */
public final class CorrelationContext {

    /** How many attributes there may be. The ninth is left out, and the eight stay as they are. */
    public static final int MAX_ATTRIBUTES = 8;

    /** How long the key of an attribute may be. */
    public static final int MAX_KEY_LENGTH = 64;

    /** How long the value of an attribute, or the name of a service, may be. */
    public static final int MAX_VALUE_LENGTH = 256;

    private final String correlationId;
    private final String requestId;
    private final @Nullable String causationId;
    private final @Nullable String conversationId;
    private final @Nullable String originService;
    private final @Nullable String userKey;
    private final Map<String, String> attributes;
    private final CorrelationTrust trust;
    private final int leftOut;

    private CorrelationContext(Builder builder) {
        this.correlationId = builder.correlationId == null ? TimeOrderedIds.next() : builder.correlationId;
        this.requestId = builder.requestId == null ? TimeOrderedIds.next() : builder.requestId;
        this.causationId = builder.causationId;
        this.conversationId = builder.conversationId;
        this.originService = builder.originService;
        this.userKey = builder.userKey;
        this.attributes = builder.attributes == null
                ? Map.of()
                : Collections.unmodifiableMap(new LinkedHashMap<>(builder.attributes));
        this.trust = builder.trust;
        this.leftOut = builder.leftOut;
    }

    /** One with a new correlation id and a new request id, and nothing else. */
    public static CorrelationContext create() {
        return builder().build();
    }

    /** For one of the application's own, say of a job that was started by hand. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts with all that this one has. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * For a request that this one makes within the process, such as a job that it puts into a queue: the same
     * correlation, a request id of its own, and this one's request id as its cause. Across processes it happens by itself.
     */
    public CorrelationContext next() {
        Builder next = toBuilder();
        next.causationId = requestId;
        next.requestId = null;
        return next.build();
    }

    /** This context with one attribute more; see {@link Builder#attribute}. */
    public CorrelationContext withAttribute(@Nullable String key, @Nullable String value) {
        return toBuilder().attribute(key, value).build();
    }

    /** This context with a user; see {@link Builder#user}. */
    public CorrelationContext withUser(Pseudonyms pseudonyms, @Nullable String identity) {
        return toBuilder().user(pseudonyms, identity).build();
    }

    /** The id that is the same in every service. */
    public String correlationId() {
        return correlationId;
    }

    /** The id of this one request. */
    public String requestId() {
        return requestId;
    }

    /** The request id of the request that made this one; null if there was none, or it did not say. */
    public @Nullable String causationId() {
        return causationId;
    }

    /** The id that this request shares with others; null if it was not given one. */
    public @Nullable String conversationId() {
        return conversationId;
    }

    /** The service in which the correlation id was made; null if that is not known. */
    public @Nullable String originService() {
        return originService;
    }

    /**
     * A pseudonym for the user that the request is for; null if there is none. It does not leave the process with
     * requests, only with what is stored about them.
     */
    public @Nullable String userKey() {
        return userKey;
    }

    /**
     * At most 8, in the order in which they were set; cannot be changed. They say what this service knows about the
     * request and do not travel on: what is to reach the next service belongs into W3C baggage.
     */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** How the correlation id came about. */
    public CorrelationTrust trust() {
        return trust;
    }

    /** How many ids and attributes were offered for this context that were not taken, for they broke the rules. */
    public int leftOut() {
        return leftOut;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CorrelationContext that
                && correlationId.equals(that.correlationId)
                && requestId.equals(that.requestId)
                && Objects.equals(causationId, that.causationId)
                && Objects.equals(conversationId, that.conversationId)
                && Objects.equals(originService, that.originService)
                && Objects.equals(userKey, that.userKey)
                && attributes.equals(that.attributes)
                && trust.equals(that.trust)
                && leftOut == that.leftOut;
    }

    @Override
    public int hashCode() {
        return 31 * correlationId.hashCode() + requestId.hashCode();
    }

    /** With the ids, and of the attributes only the keys: this ends up in logs that nobody redacts. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("CorrelationContext{").append(correlationId);
        text.append(", request ").append(requestId);
        append(text, ", caused by ", causationId);
        append(text, ", conversation ", conversationId);
        append(text, ", from ", originService);
        append(text, ", user ", userKey);
        if (!attributes.isEmpty()) {
            text.append(", attributes ").append(attributes.keySet());
        }
        return text.append(", ").append(trust).append('}').toString();
    }

    private static void append(StringBuilder text, String label, @Nullable String value) {
        if (value != null) {
            text.append(label).append(value);
        }
    }

    /** Collects a context. One thread at a time; may build several times. */
    public static final class Builder {

        private @Nullable String correlationId;
        private @Nullable String requestId;
        private @Nullable String causationId;
        private @Nullable String conversationId;
        private @Nullable String originService;
        private @Nullable String userKey;
        private @Nullable Map<String, String> attributes;
        private CorrelationTrust trust = CorrelationTrust.created();
        private int leftOut;

        private Builder() {}

        private Builder(CorrelationContext context) {
            this.correlationId = context.correlationId;
            this.requestId = context.requestId;
            this.causationId = context.causationId;
            this.conversationId = context.conversationId;
            this.originService = context.originService;
            this.userKey = context.userKey;
            this.attributes = context.attributes.isEmpty() ? null : new LinkedHashMap<>(context.attributes);
            this.trust = context.trust;
            this.leftOut = context.leftOut;
        }

        /**
         * An id that the application knows already, say of a message that it stored. One that breaks the rules, or looks like
         * a secret to the redaction of this process, is left out, and a new one takes its place, as {@link
         * CorrelationContext#trust()} then says; so it does for null. Default: a new one.
         */
        public Builder correlationId(@Nullable String id) {
            CorrelationRefusal refusal = id == null ? CorrelationRefusal.EMPTY : CorrelationRefusal.inThisProcess(id);
            if (refusal == null) {
                return correlationId(id, CorrelationTrust.created(CorrelationSource.APPLICATION));
            }
            if (id != null) {
                leaveOut();
            }
            return newCorrelationId(refusal, null);
        }

        /**
         * An id, and how it came about; for integrations, which have asked {@link CorrelationRefusal#inThisProcess} about it.
         *
         * @param id null for a new one; one that breaks the rules is left out and replaced by a new one, and that is then how
         *     it came about. Whether it looks like a secret is not asked again, since that takes longer than all the rest
         */
        public Builder correlationId(@Nullable String id, CorrelationTrust origin) {
            Objects.requireNonNull(origin, "trust");
            CorrelationRefusal refusal = id == null ? null : CorrelationRefusal.of(id);
            if (id != null && refusal == null) {
                correlationId = id;
                trust = origin;
                return this;
            }
            if (id != null) {
                leaveOut();
            }
            // What was refused first is what the caller knows.
            return origin.refusal() == null
                    ? newCorrelationId(refusal, null)
                    : newCorrelationId(origin.refusal(), origin.refusedHash());
        }

        private Builder newCorrelationId(@Nullable CorrelationRefusal refusal, @Nullable String hash) {
            correlationId = null;
            trust = refusal == null
                    ? CorrelationTrust.created()
                    : CorrelationTrust.replaced(CorrelationSource.NEW, refusal, hash);
            return this;
        }

        /** The id of this request, by the rules for all ids. Default, and if it is not taken: a new one. */
        public Builder requestId(@Nullable String id) {
            requestId = checked(id);
            return this;
        }

        /** The request id of the request that made this one. Default: none. */
        public Builder causationId(@Nullable String id) {
            causationId = checked(id);
            return this;
        }

        /** The id that this request shares with others, by the rules for all ids. Default: none. */
        public Builder conversationId(@Nullable String id) {
            conversationId = checked(id);
            return this;
        }

        /** The service that the correlation began in: a text by the rules for values of attributes. Default: none. */
        public Builder originService(@Nullable String service) {
            originService = service == null || isText(service) ? service : leaveOut();
            return this;
        }

        /**
         * The user that the request is for, of whom only a pseudonym is kept. The first call in a process loads the
         * platform's cryptography; later ones take some 2 us. Default: nobody.
         *
         * @param identity whatever tells users apart: a number, a name, an address; null or empty for nobody
         */
        public Builder user(Pseudonyms pseudonyms, @Nullable String identity) {
            Objects.requireNonNull(pseudonyms, "pseudonyms");
            userKey = identity == null || identity.isEmpty() ? null : pseudonyms.of(identity);
            return this;
        }

        /**
         * Sets an attribute; a second value under the same key replaces the first. Left out is a key or value that breaks
         * the rules, null among them, and every key that would be the ninth.
         *
         * @param key 1 to 64 ASCII letters, digits and any of {@code . _ -}
         * @param value 1 to 256 characters that can be printed and seen: no control characters, no marks that turn the
         *     direction of what follows or show nothing, no half of a surrogate pair
         */
        public Builder attribute(@Nullable String key, @Nullable String value) {
            if (key == null || value == null || !isKey(key) || !isText(value) || !hasRoomFor(key)) {
                leaveOut();
                return this;
            }
            if (attributes == null) {
                attributes = new LinkedHashMap<>();
            }
            attributes.put(key, value);
            return this;
        }

        private boolean hasRoomFor(String key) {
            return attributes == null || attributes.size() < MAX_ATTRIBUTES || attributes.containsKey(key);
        }

        private @Nullable String checked(@Nullable String id) {
            return id == null || CorrelationRefusal.inThisProcess(id) == null ? id : leaveOut();
        }

        private @Nullable String leaveOut() {
            leftOut++;
            return null;
        }

        private static boolean isKey(String key) {
            return !key.isEmpty()
                    && key.length() <= MAX_KEY_LENGTH
                    && key.chars().allMatch(Builder::isKeyCharacter);
        }

        private static boolean isKeyCharacter(int c) {
            return c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-');
        }

        private static boolean isText(String text) {
            return !text.isEmpty()
                    && text.length() <= MAX_VALUE_LENGTH
                    && text.codePoints().allMatch(Printable::isPrintable);
        }

        /** The context; ids that were not given are made now. */
        public CorrelationContext build() {
            return new CorrelationContext(this);
        }
    }
}
