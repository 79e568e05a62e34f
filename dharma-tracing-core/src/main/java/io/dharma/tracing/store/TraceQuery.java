package io.dharma.tracing.store;

import io.dharma.tracing.internal.text.Glob;
import io.dharma.tracing.sampling.KeepReason;
import io.dharma.tracing.spi.Printable;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of the traces that are kept: all conditions together. Immutable.
 *
 * <pre>{@code
 * TraceQuery query = TraceQuery.builder().name("POST /orders*").failed().atLeast(Duration.ofSeconds(1)).build();
 * TracePage page = traces.search(query);
 * while (page.next() != null) {
 *     page = traces.search(query.after(page.next()));
 * }
 * }</pre>
 *
 * <p>A condition on names, services or attributes is met by a trace if any of its spans meets it; several such
 * conditions may be met by different spans.
 */
public final class TraceQuery {

    /** How much a page reads from disk at most, uncompressed: some 50 ms. */
    static final long MAX_READ_BYTES = 8L << 20;

    static final long FROM_THE_NEWEST = Long.MAX_VALUE;

    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 1_000;
    private static final String TOKEN = "after-";

    private final @Nullable TraceKey traceId;
    private final List<Glob> names;
    private final List<String> services;
    private final List<AttributeCondition> attributes;
    private final long minNanos;
    private final long maxNanos;
    private final boolean failed;
    private final @Nullable String kept;
    private final long fromNanos;
    private final long toNanos;
    private final int limit;
    private final long before;

    private TraceQuery(Builder builder, long before) {
        this.traceId = builder.traceId;
        this.names = List.copyOf(builder.names);
        this.services = List.copyOf(builder.services);
        this.attributes = List.copyOf(builder.attributes);
        this.minNanos = builder.minNanos;
        this.maxNanos = builder.maxNanos;
        this.failed = builder.failed;
        this.kept = builder.kept;
        this.fromNanos = builder.fromNanos;
        this.toNanos = builder.toNanos;
        this.limit = builder.limit;
        this.before = before;
    }

    private TraceQuery(TraceQuery other, long before) {
        this.traceId = other.traceId;
        this.names = other.names;
        this.services = other.services;
        this.attributes = other.attributes;
        this.minNanos = other.minNanos;
        this.maxNanos = other.maxNanos;
        this.failed = other.failed;
        this.kept = other.kept;
        this.fromNanos = other.fromNanos;
        this.toNanos = other.toNanos;
        this.limit = other.limit;
        this.before = before;
    }

    /** Begins a query, at first for every trace. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The same query, for the page that follows.
     *
     * @param next of the page before; it stays good for as long as the store lives, and on disk beyond that
     * @throws IllegalArgumentException if it is none
     */
    public TraceQuery after(String next) {
        return new TraceQuery(this, sequenceOf(next));
    }

    static String token(long sequence) {
        return TOKEN + Long.toString(sequence, Character.MAX_RADIX);
    }

    private static long sequenceOf(String token) {
        try {
            if (token.startsWith(TOKEN)) {
                return Long.parseLong(token.substring(TOKEN.length()), Character.MAX_RADIX);
            }
        } catch (NumberFormatException e) {
            throw noToken(token, e);
        }
        throw noToken(token, null);
    }

    private static IllegalArgumentException noToken(String token, @Nullable Exception cause) {
        return new IllegalArgumentException("No page goes on at '" + Printable.shorten(token, 40) + "'", cause);
    }

    int limit() {
        return limit;
    }

    @Nullable
    TraceKey traceId() {
        return traceId;
    }

    /** Whether a trace may answer, by what the index knows. */
    boolean mayMatch(TraceEntry trace) {
        TraceFacts facts = trace.facts();
        return trace.sequence() < before
                && (traceId == null || traceId.equals(trace.key()))
                && (!failed || facts.failed() > 0)
                && facts.durationNanos() >= minNanos
                && facts.durationNanos() <= maxNanos
                && facts.startNanos() >= fromNanos
                && facts.startNanos() < toNanos
                && (kept == null || facts.words().kept().contains(kept))
                && mayMatch(facts.words());
    }

    private boolean mayMatch(TraceWords words) {
        return !words.incomplete()
                ? namesMatch(words.names()) && words.services().containsAll(services)
                : true;
    }

    /** Whether the index alone cannot tell, for a trace that may match. */
    boolean asksForSpans(TraceEntry trace) {
        return !attributes.isEmpty()
                || (trace.facts().words().incomplete() && !(names.isEmpty() && services.isEmpty()));
    }

    /** Whether a trace that may match does so. */
    boolean matches(List<SpanData> spans) {
        return namesMatch(spans.stream().map(SpanData::getName).toList())
                && services.stream().allMatch(service -> hasService(spans, service))
                && attributes.stream().allMatch(attribute -> spans.stream().anyMatch(attribute::matches));
    }

    private boolean namesMatch(List<String> ofSpans) {
        return names.stream().allMatch(name -> ofSpans.stream().anyMatch(name::matches));
    }

    private static boolean hasService(List<SpanData> spans, String service) {
        return spans.stream().anyMatch(span -> service.equals(TraceFacts.serviceOf(span)));
    }

    /** Collects the conditions of one query; for one thread. */
    public static final class Builder {

        private @Nullable TraceKey traceId;
        private final List<Glob> names = new ArrayList<>();
        private final List<String> services = new ArrayList<>();
        private final List<AttributeCondition> attributes = new ArrayList<>();
        private long minNanos;
        private long maxNanos = Long.MAX_VALUE;
        private boolean failed;
        private @Nullable String kept;
        private long fromNanos = Long.MIN_VALUE;
        private long toNanos = Long.MAX_VALUE;
        private int limit = DEFAULT_LIMIT;

        private Builder() {}

        /**
         * Only this trace.
         *
         * @throws IllegalArgumentException unless these are 32 hexadecimal digits, not all zero
         */
        public Builder traceId(String traceId) {
            TraceKey key = TraceKey.parse(traceId);
            if (key == null) {
                throw new IllegalArgumentException("'" + Printable.shorten(traceId, 40) + "' is no trace id");
            }
            this.traceId = key;
            return this;
        }

        /** With a span of this name; in it {@code *} stands for any characters, also none. Case matters. */
        public Builder name(String pattern) {
            names.add(new Glob(pattern));
            return this;
        }

        /** With a span of this {@code service.name}. */
        public Builder service(String name) {
            services.add(Objects.requireNonNull(name, "name"));
            return this;
        }

        /** With a span that has this attribute, whatever its value. */
        public Builder attribute(String key) {
            attributes.add(new AttributeCondition(key, null));
            return this;
        }

        /**
         * With a span whose attribute has this value. Numbers and truth values are compared as text; a list meets it by
         * any of its values.
         */
        public Builder attribute(String key, String value) {
            attributes.add(new AttributeCondition(key, Objects.requireNonNull(value, "value")));
            return this;
        }

        /** That took so long or longer, from the start of the first span to the end of the last. */
        public Builder atLeast(Duration duration) {
            minNanos = Saturated.nanos(duration);
            return this;
        }

        /** That took so long or shorter. */
        public Builder atMost(Duration duration) {
            maxNanos = Saturated.nanos(duration);
            return this;
        }

        /** With a span that failed. */
        public Builder failed() {
            failed = true;
            return this;
        }

        /** That was exported for this reason, though the sampler had dropped it. */
        public Builder kept(KeepReason reason) {
            kept = reason.value();
            return this;
        }

        /** That began at this time or later. */
        public Builder from(Instant start) {
            fromNanos = Saturated.nanos(start);
            return this;
        }

        /** That began before this time. */
        public Builder to(Instant end) {
            toNanos = Saturated.nanos(end);
            return this;
        }

        /**
         * How many traces a page holds at most; {@value #DEFAULT_LIMIT} by default.
         *
         * @throws IllegalArgumentException unless from 1 to {@value #MAX_LIMIT}
         */
        public Builder limit(int traces) {
            if (traces < 1 || traces > MAX_LIMIT) {
                throw new IllegalArgumentException("A page holds 1 to " + MAX_LIMIT + " traces, not " + traces);
            }
            limit = traces;
            return this;
        }

        /** Makes the query. */
        public TraceQuery build() {
            return new TraceQuery(this, FROM_THE_NEWEST);
        }
    }
}
