package io.dharma.tracing.propagation;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.redaction.Pseudonyms;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which correlation enters and leaves the process.
 *
 * <p><b>In.</b> A request's correlation id is the first of these that is there and can be taken: the entry {@code
 * dharma.cid} of its baggage, its header {@code X-Correlation-ID}, its header {@code X-Request-ID}, the id of its trace,
 * and else a new one. What can be taken says {@link io.dharma.tracing.context.CorrelationRefusal}, and whose,
 * {@link TrustedCallers}. What cannot is never repaired: it is counted, and of the first only a keyed hash is kept, in
 * {@link io.dharma.tracing.context.CorrelationTrust}. The header {@code X-Request-ID} also names the request itself, as
 * proxies mean it. Headers are looked up as they are spelled here and then in lower case, for maps that know no better. A
 * context that has a correlation already keeps it, unless the request brings an id, one that is refused, or another trace.
 *
 * <p><b>Out.</b> The header {@code X-Correlation-ID} and W3C baggage, to {@link OutboundHosts} only; from the baggage the
 * next service also learns which request caused its own, the conversation, and where all began. No user and no
 * attributes leave. Entries of baggage that begin with {@code dharma.} are not forwarded to anybody otherwise.
 *
 * <p>Immutable but for its counters; any thread. Nothing throws once it is built: what request objects and other
 * propagators throw is contained and counted, but for errors of the virtual machine itself.
 */
public final class CorrelationPropagation {

    /** The header of the correlation id unless another is configured. */
    public static final String CORRELATION_HEADER = "X-Correlation-ID";

    /** The header of the request id unless another is configured. */
    public static final String REQUEST_HEADER = "X-Request-ID";

    /** Who sends longer ones gets the hash of their beginning: hashing must not be a way to keep us busy. */
    private static final int LONGEST_HASHED = 1024;

    private final HeaderName correlationHeader;
    private final @Nullable HeaderName requestHeader;
    private final TrustedCallers trusted;
    private final OutboundHosts outbound;
    private final boolean echo;
    private final @Nullable String service;
    private final Pseudonyms pseudonyms;
    private final CorrelationTally tally = new CorrelationTally();

    private CorrelationPropagation(Builder builder) {
        this.correlationHeader = HeaderName.of(builder.correlationHeader);
        this.requestHeader = builder.requestHeader.equalsIgnoreCase(builder.correlationHeader)
                ? null
                : HeaderName.of(builder.requestHeader);
        this.trusted = builder.trusted;
        this.outbound = builder.outbound;
        this.echo = builder.echo;
        this.service = builder.service;
        this.pseudonyms = builder.pseudonyms;
    }

    /** With the default of every rule. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A propagator that reads and writes what the given one does, and correlation as well. It writes entries of baggage
     * only if the given one writes baggage.
     *
     * <p>Who sent a request it learns from a getter that is an {@link AddressedGetter}, and where one goes from a setter
     * that is an {@link AddressedSetter}.
     */
    public TextMapPropagator around(TextMapPropagator propagator) {
        return new CorrelationPropagator(propagator, this);
    }

    /**
     * A propagator for a service that is turned off: what a request says of its correlation goes on as it came, to the same
     * hosts as otherwise and if its caller is trusted, and nothing is made. A request that brings no id, or one that is
     * refused, is sent on without; contexts hold no correlation but those that the application itself begins.
     *
     * @param sensitive which values do not go on; of one that throws, none do
     */
    public TextMapPropagator passingOn(TextMapPropagator propagator, Predicate<String> sensitive) {
        return new PassingCorrelationPropagator(propagator, this, Objects.requireNonNull(sensitive, "sensitive"));
    }

    /**
     * Tells the caller which id its request has, in the same header: for whoever files a complaint. Does nothing if the
     * context has no correlation, or if the echo is turned off. To be called before the response is committed.
     *
     * @param context of the request
     * @param response where to write, in the way of {@code setter}
     */
    public <C> void echo(Context context, @Nullable C response, TextMapSetter<C> setter) {
        CorrelationContext correlation = echo ? Correlation.from(context) : null;
        if (correlation != null) {
            write(correlation.correlationId(), response, setter);
        }
    }

    <C> void write(String correlationId, @Nullable C carrier, TextMapSetter<C> setter) {
        try {
            setter.set(carrier, correlationHeader.written(), correlationId);
        } catch (Throwable hostile) {
            ContainedPropagator.passOnIfFatal(hostile);
            tally.unwritten();
        }
    }

    /** What was accepted, refused and withheld since the start. */
    public CorrelationCounts counts() {
        return tally.counts();
    }

    <C> boolean trusts(@Nullable C carrier, TextMapGetter<C> getter) {
        boolean known = trusted.dependOnAddress() && getter instanceof AddressedGetter<C>;
        return trusted.include(known ? ((AddressedGetter<C>) getter).callerAddress(carrier) : null);
    }

    /** Whether correlation may go where this request goes; counts it if not. */
    <C> boolean mayLeave(@Nullable C carrier, TextMapSetter<C> setter) {
        boolean allowed;
        try {
            allowed = allows(carrier, setter);
        } catch (Throwable hostile) {
            ContainedPropagator.passOnIfFatal(hostile);
            // Somebody's request object that does not say where it goes.
            allowed = false;
        }
        if (!allowed) {
            tally.withheld();
        }
        return allowed;
    }

    private <C> boolean allows(@Nullable C carrier, TextMapSetter<C> setter) {
        return outbound.include(
                setter instanceof AddressedSetter<C> addressed ? addressed.destinationHost(carrier) : null);
    }

    @Nullable
    String hash(String refused) {
        if (refused.isEmpty()) {
            return null;
        }
        return pseudonyms.of(refused.length() <= LONGEST_HASHED ? refused : refused.substring(0, LONGEST_HASHED));
    }

    HeaderName correlationHeader() {
        return correlationHeader;
    }

    /** Null if the one header is for both. */
    @Nullable
    HeaderName requestHeader() {
        return requestHeader;
    }

    @Nullable
    String service() {
        return service;
    }

    CorrelationTally tally() {
        return tally;
    }

    @Override
    public String toString() {
        return "CorrelationPropagation{headers " + correlationHeader.written()
                + (requestHeader == null ? "" : " and " + requestHeader.written()) + ", trust " + trusted
                + ", outbound "
                + outbound
                + ", echo " + echo + "}";
    }

    /** Collects the rules. One thread at a time. Null is refused with a {@link NullPointerException}. */
    public static final class Builder {

        private String correlationHeader = CORRELATION_HEADER;
        private String requestHeader = REQUEST_HEADER;
        private TrustedCallers trusted = TrustedCallers.anyone();
        private OutboundHosts outbound = OutboundHosts.internal();
        private boolean echo = true;
        private @Nullable String service;
        private Pseudonyms pseudonyms = Pseudonyms.perProcess();

        private Builder() {}

        /**
         * The header that the correlation id is read from, written to and echoed in. Default: {@code X-Correlation-ID}. If
         * it is the request id's as well, every request is given a new request id.
         *
         * @throws IllegalArgumentException if it is no name of a header, or that of one with a meaning of its own, such as
         *     {@code traceparent} or {@code Host}
         */
        public Builder correlationHeader(String name) {
            correlationHeader = headerName(name);
            return this;
        }

        /**
         * The header that the request id is read from. Default: {@code X-Request-ID}.
         *
         * @throws IllegalArgumentException if it is no name of a header, or that of one with a meaning of its own, such as
         *     {@code traceparent} or {@code Host}
         */
        public Builder requestHeader(String name) {
            requestHeader = headerName(name);
            return this;
        }

        private static String headerName(String name) {
            if (name.isEmpty() || !HeaderChars.TOKEN.fill(name, 0, name.length())) {
                throw new IllegalArgumentException(
                        "'" + name + "' is no name of a header, must be letters, digits and any of !#$%&'*+-.^_`|~");
            }
            if (ReservedHeaders.include(name)) {
                throw new IllegalArgumentException("the header '" + name
                        + "' has another meaning, must be one that is for this alone, such as X-Correlation-ID");
            }
            return name;
        }

        /** Whose ids are taken. Default: {@link TrustedCallers#anyone()}. */
        public Builder trust(TrustedCallers callers) {
            trusted = Objects.requireNonNull(callers, "callers");
            return this;
        }

        /** Where correlation goes to. Default: {@link OutboundHosts#internal()}. */
        public Builder outbound(OutboundHosts hosts) {
            outbound = Objects.requireNonNull(hosts, "hosts");
            return this;
        }

        /** Whether callers are told the id of their request. Default: yes. */
        public Builder echo(boolean newEcho) {
            echo = newEcho;
            return this;
        }

        /** This service's name, as the origin of correlations that begin here. Default: none. */
        public Builder service(String name) {
            service = Objects.requireNonNull(name, "service");
            return this;
        }

        /**
         * How refused values are hashed: with a key that all services share, they all have the same hash of one. Default: a
         * key of this process.
         */
        public Builder pseudonyms(Pseudonyms newPseudonyms) {
            pseudonyms = Objects.requireNonNull(newPseudonyms, "pseudonyms");
            return this;
        }

        public CorrelationPropagation build() {
            return new CorrelationPropagation(this);
        }
    }
}
