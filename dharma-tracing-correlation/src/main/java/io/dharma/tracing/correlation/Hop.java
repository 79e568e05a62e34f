package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step of a request in one service, as that service's clock saw it: a span, without its attributes. Immutable, equal
 * by value.
 *
 * <pre>{@code
 * Hop hop = Hop.builder(traceId, spanId)
 *         .parent(parentSpanId)
 *         .service("checkout")
 *         .operation("POST /orders")
 *         .kind(SpanKind.SERVER)
 *         .start(startEpochNanos)
 *         .duration(durationNanos)
 *         .build();
 * }</pre>
 */
public final class Hop {

    private final HopId id;
    private final @Nullable HopId parent;
    private final boolean nested;
    private final List<HopId> links;
    private final String service;
    private final String operation;
    private final SpanKind kind;
    private final long startEpochNanos;
    private final long durationNanos;
    private final Outcome outcome;
    private final @Nullable String errorType;

    private Hop(Builder builder, String service, String operation) {
        this.id = builder.id;
        this.parent = builder.parent;
        this.nested = builder.nested && builder.parent != null;
        this.links = List.copyOf(builder.links);
        this.service = service;
        this.operation = operation;
        this.kind = builder.kind;
        this.startEpochNanos = builder.startEpochNanos;
        this.durationNanos = builder.durationNanos;
        this.outcome = builder.outcome;
        this.errorType = builder.errorType;
    }

    /**
     * A hop of this trace and span.
     *
     * @param traceId 32 lower-case hexadecimal digits
     * @param spanId 16 lower-case hexadecimal digits
     * @throws IllegalArgumentException if one of them is no valid id
     */
    public static Builder builder(String traceId, String spanId) {
        return new Builder(new HopId(traceId, spanId));
    }

    /** Which hop it is. */
    public HopId id() {
        return id;
    }

    /** 32 lower-case hexadecimal digits. */
    public String traceId() {
        return id.traceId();
    }

    /** 16 lower-case hexadecimal digits. */
    public String spanId() {
        return id.spanId();
    }

    /** What called it, of the same trace; empty for the first of its trace. */
    public Optional<HopId> parent() {
        return Optional.ofNullable(parent);
    }

    /**
     * Whether it ran on the thread on which its parent was current, so that the parent could do nothing else there
     * meanwhile and cannot have ended before. False if that is not known, and for a hop without a parent.
     */
    public boolean nested() {
        return nested;
    }

    /** Spans that it has to do with but that did not call it, such as the messages of a batch. Often empty. */
    public List<HopId> links() {
        return links;
    }

    /** The service that it happened in. Never empty. */
    public String service() {
        return service;
    }

    /** What was done, such as {@code POST /orders}. Never empty. */
    public String operation() {
        return operation;
    }

    /** Its part in the exchange with other services. */
    public SpanKind kind() {
        return kind;
    }

    /** Nanoseconds since 1970 by the clock of its service, which may be wrong. Never negative. */
    public long startEpochNanos() {
        return startEpochNanos;
    }

    /** Never negative. */
    public long durationNanos() {
        return durationNanos;
    }

    /** {@link #startEpochNanos} and {@link #durationNanos} together. */
    public long endEpochNanos() {
        return startEpochNanos + durationNanos;
    }

    /** How it ended. */
    public Outcome outcome() {
        return outcome;
    }

    /** What failed, such as the name of an exception's class; empty if it did not fail or nobody knows. */
    public Optional<String> errorType() {
        return Optional.ofNullable(errorType);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hop hop
                && id.equals(hop.id)
                && Objects.equals(parent, hop.parent)
                && nested == hop.nested
                && links.equals(hop.links)
                && service.equals(hop.service)
                && operation.equals(hop.operation)
                && kind == hop.kind
                && startEpochNanos == hop.startEpochNanos
                && durationNanos == hop.durationNanos
                && outcome == hop.outcome
                && Objects.equals(errorType, hop.errorType);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** One line, safe to print. */
    @Override
    public String toString() {
        return "Hop[" + id + (parent == null ? "" : " of " + parent.spanId()) + (nested ? ", nested, " : ", ")
                + Texts.quote(service) + " "
                + Texts.quote(operation) + ", " + kind + ", " + Instant.ofEpochSecond(0, startEpochNanos) + " for "
                + Texts.duration(durationNanos) + ", " + outcome
                + (errorType == null ? "" : " " + Texts.quote(errorType)) + "]";
    }

    /** Collects what a hop is. One thread at a time. */
    public static final class Builder {

        private final HopId id;
        private @Nullable HopId parent;
        private boolean nested;
        private List<HopId> links = List.of();
        private @Nullable String service;
        private @Nullable String operation;
        private SpanKind kind = SpanKind.INTERNAL;
        private long startEpochNanos = -1;
        private long durationNanos;
        private Outcome outcome = Outcome.OK;
        private @Nullable String errorType;

        private Builder(HopId id) {
            this.id = id;
        }

        /**
         * What called it; null, the default, if nothing did.
         *
         * @param spanId 16 lower-case hexadecimal digits, of the same trace
         * @throws IllegalArgumentException if that is no valid span id
         */
        public Builder parent(@Nullable String spanId) {
            this.parent = spanId == null ? null : new HopId(id.traceId(), spanId);
            return this;
        }

        /** Whether it kept the thread of its parent busy all the time; see {@link Hop#nested}. By default it did not. */
        public Builder nested(boolean nested) {
            this.nested = nested;
            return this;
        }

        /** Spans that it has to do with but that did not call it. None by default. */
        public Builder links(List<HopId> links) {
            this.links = List.copyOf(links);
            return this;
        }

        /** The service that it happened in. Required, not empty. */
        public Builder service(String name) {
            this.service = notEmpty(name, "service");
            return this;
        }

        /** What was done. Required, not empty. */
        public Builder operation(String name) {
            this.operation = notEmpty(name, "operation");
            return this;
        }

        /** Its part in the exchange with other services; {@link SpanKind#INTERNAL} by default. */
        public Builder kind(SpanKind kind) {
            this.kind = Objects.requireNonNull(kind, "kind");
            return this;
        }

        /**
         * When it began. Required.
         *
         * @param epochNanos nanoseconds since 1970
         * @throws IllegalArgumentException if that is negative
         */
        public Builder start(long epochNanos) {
            this.startEpochNanos = notNegative(epochNanos, "start");
            return this;
        }

        /**
         * How long it took; 0 by default.
         *
         * @throws IllegalArgumentException if that is negative
         */
        public Builder duration(long nanos) {
            this.durationNanos = notNegative(nanos, "duration");
            return this;
        }

        /**
         * How long it took.
         *
         * @throws IllegalArgumentException if that is negative, or more than 292 years
         */
        public Builder duration(Duration duration) {
            try {
                return duration(duration.toNanos());
            } catch (ArithmeticException tooLong) {
                throw new IllegalArgumentException("duration must be at most 292 years, but is " + duration, tooLong);
            }
        }

        /**
         * That it failed; by default it did not.
         *
         * @param type what failed, such as the name of an exception's class; null if nobody knows
         */
        public Builder failed(@Nullable String type) {
            this.outcome = Outcome.ERROR;
            this.errorType = type == null || type.isEmpty() ? null : type;
            return this;
        }

        /**
         * The hop.
         *
         * @throws IllegalArgumentException if service, operation or start is missing, or if it would end after the year
         *     2262, which nanoseconds cannot say
         */
        public Hop build() {
            if (startEpochNanos < 0) {
                throw new IllegalArgumentException("start is missing: when the hop began, in nanoseconds since 1970");
            }
            if (startEpochNanos > Long.MAX_VALUE - durationNanos) {
                throw new IllegalArgumentException("start and duration together must be at most " + Long.MAX_VALUE
                        + " ns, but are " + startEpochNanos + " and " + durationNanos);
            }
            return new Hop(this, notEmpty(service, "service"), notEmpty(operation, "operation"));
        }

        private static String notEmpty(@Nullable String text, String name) {
            if (text == null || text.isEmpty()) {
                throw new IllegalArgumentException(name + " is missing: it must not be null or empty");
            }
            return text;
        }

        private static long notNegative(long value, String name) {
            if (value < 0) {
                throw new IllegalArgumentException(name + " must be at least 0 ns, but is " + value);
            }
            return value;
        }
    }
}
