package io.dharma.tracing.internal.metrics;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/**
 * Rate, errors and duration of blocks: the histogram {@code dharma.block.duration}, in seconds, by
 * {@code dharma.operation} (the block's name) and {@code dharma.outcome} ({@code ok} or {@code error}). It counts every
 * block, exported or not, so its numbers need no scaling.
 *
 * <p>The number of operations is bounded. Blocks whose name comes too late, or is too long to be the name of an
 * operation, are counted under {@code __other__}; {@link #foldedBlocks()} says how many those were.
 *
 * <p>Any thread may call. A record costs about 60 ns and allocates nothing, once the operation is known; a failed block
 * or one of 100 us and more costs as much again, for the exemplar that leads from the histogram to its trace.
 */
public final class BlockMetrics {

    /** The operation that stands for all that found no room. */
    public static final String OTHER = "__other__";

    /**
     * How many operations are told apart if not said otherwise. Each takes two series, and OpenTelemetry's own limit,
     * which also counts an overflow series of its own, is 2,000.
     */
    public static final int DEFAULT_MAX_OPERATIONS = 990;

    /** {@code dharma.operation}. */
    public static final AttributeKey<String> OPERATION = AttributeKey.stringKey("dharma.operation");

    /** {@code dharma.outcome}. */
    public static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("dharma.outcome");

    /** In seconds; those that OpenTelemetry's semantic conventions advise for the duration of HTTP requests. */
    static final List<Double> BUCKETS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    private static final int LONGEST_NAME = 256;
    private static final double NANOS_PER_SECOND = 1e9;
    /** Nobody follows an exemplar to a block this short, and offering one would double the cost of its record. */
    private static final long WORTH_AN_EXEMPLAR_NANOS = 100_000;

    private final DoubleHistogram duration;
    private final int maxOperations;
    private final UnaryOperator<String> shownNames;
    private final ConcurrentHashMap<String, Series> operations = new ConcurrentHashMap<>();
    private final Series other = new Series(OTHER);
    private final LongAdder folded = new LongAdder();
    private volatile boolean full;

    private BlockMetrics(Meter meter, int maxOperations, UnaryOperator<String> shownNames) {
        this.maxOperations = maxOperations;
        this.shownNames = shownNames;
        this.duration = meter.histogramBuilder("dharma.block.duration")
                .setUnit("s")
                .setDescription("Duration of traced blocks, exported or not.")
                .setExplicitBucketBoundariesAdvice(BUCKETS)
                .build();
    }

    /** Records to this meter, telling {@link #DEFAULT_MAX_OPERATIONS} operations apart. */
    public static BlockMetrics create(Meter meter) {
        return create(meter, UnaryOperator.identity());
    }

    /**
     * As {@link #create(Meter)}, under other names.
     *
     * @param shownNames makes of a block's name what is shown of it; called once for each operation
     */
    public static BlockMetrics create(Meter meter, UnaryOperator<String> shownNames) {
        return new BlockMetrics(meter, DEFAULT_MAX_OPERATIONS, shownNames);
    }

    /**
     * Records to this meter.
     *
     * @param maxOperations how many operations are told apart, at least 1; for more than the default raise the
     *     cardinality limit of the meter's reader to at least twice the number plus three
     */
    public static BlockMetrics create(Meter meter, int maxOperations) {
        if (maxOperations < 1) {
            throw new IllegalArgumentException(
                    "the number of operations to tell apart must be at least 1, but is " + maxOperations);
        }
        return new BlockMetrics(meter, maxOperations, UnaryOperator.identity());
    }

    /**
     * Counts one block that has ended.
     *
     * @param operation the block's name
     * @param durationNanos how long it took; a negative one counts as 0
     * @param context holds the block's span, for the exemplar
     */
    public void record(String operation, boolean failed, long durationNanos, Context context) {
        Series series = operations.get(operation);
        if (series == null) {
            series = admit(operation);
        }
        boolean worthAnExemplar = failed || durationNanos >= WORTH_AN_EXEMPLAR_NANOS;
        duration.record(
                Math.max(0, durationNanos) / NANOS_PER_SECOND,
                failed ? series.error : series.ok,
                worthAnExemplar ? context : Context.root());
    }

    /** How many blocks so far were counted under {@link #OTHER}. */
    public long foldedBlocks() {
        return folded.sum();
    }

    private Series admit(String operation) {
        return full || operation.length() > LONGEST_NAME ? fold() : admitIfThereIsRoom(operation);
    }

    /** The lock keeps the bound exact; a name takes it once, and nobody does when there is no more room. */
    private synchronized Series admitIfThereIsRoom(String operation) {
        Series admittedMeanwhile = operations.get(operation);
        if (admittedMeanwhile != null) {
            return admittedMeanwhile;
        }
        if (operations.size() == maxOperations) {
            full = true;
            return fold();
        }
        Series series = new Series(shownNames.apply(operation));
        operations.put(operation, series);
        return series;
    }

    private Series fold() {
        folded.increment();
        return other;
    }

    /** The attributes of one operation, made once. */
    private static final class Series {

        final Attributes ok;
        final Attributes error;

        Series(String operation) {
            ok = Attributes.of(OPERATION, operation, OUTCOME, "ok");
            error = Attributes.of(OPERATION, operation, OUTCOME, "error");
        }
    }
}
