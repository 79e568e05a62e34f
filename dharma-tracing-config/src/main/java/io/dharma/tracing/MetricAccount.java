package io.dharma.tracing;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.pipeline.SinkStats;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what became of each export of metrics; these do not go through a pipeline. For any thread.
 *
 * <p>Nobody tries a failed export again. As long as all numbers are totals since the start, the next export makes up
 * for it; what was added since the last export (delta) is lost with it, and counted as
 * {@link DropReason#UNDELIVERED}.
 */
final class MetricAccount implements Consumer<Delivery> {

    private final String target;
    private final boolean failureLoses;
    private SinkState state = SinkState.HEALTHY;
    private long sent;
    private long rejected;
    private long lost;
    private long failures;
    private @Nullable String lastError;
    private @Nullable Instant lastErrorAt;

    MetricAccount(String target, AggregationTemporalitySelector temporality) {
        this.target = target;
        this.failureLoses = Arrays.stream(InstrumentType.values())
                .anyMatch(type -> temporality.getAggregationTemporality(type) == AggregationTemporality.DELTA);
    }

    @Override
    public synchronized void accept(Delivery delivery) {
        if (delivery instanceof Delivery.Delivered delivered) {
            state = SinkState.HEALTHY;
            if (delivered.rejected() == 0) {
                sent++;
            } else {
                rejected++;
                failed("rejected " + delivered.rejected() + " points");
            }
        } else if (delivery instanceof Delivery.Refused refused) {
            state = SinkState.PAUSED;
            notDelivered(refused.reason());
        } else if (delivery instanceof Delivery.Rejected unfit) {
            rejected++;
            failed(unfit.reason());
        } else if (delivery instanceof Delivery.Retry retry) {
            state = SinkState.DEGRADED;
            notDelivered(retry.reason());
        }
    }

    private void notDelivered(String reason) {
        if (failureLoses) {
            lost++;
        }
        failed(reason);
    }

    private void failed(String reason) {
        failures++;
        lastError = reason;
        lastErrorAt = Instant.now();
    }

    /** How many exports did not arrive, or not whole. */
    synchronized long failures() {
        return failures;
    }

    /** In the form of a pipeline's accounts, though nothing waits here. */
    synchronized PipelineStats stats() {
        Map<DropReason, Long> dropped = new EnumMap<>(DropReason.class);
        if (rejected > 0) {
            dropped.put(DropReason.REJECTED, rejected);
        }
        if (lost > 0) {
            dropped.put(DropReason.UNDELIVERED, lost);
        }
        SinkStats sink = new SinkStats("otlp", state, sent, dropped, 0, 0, 0, 0, 0, failures, lastError, lastErrorAt);
        return new PipelineStats("metrics", sent + rejected + lost, Map.of(), 0, 0, 0, Map.of(), List.of(sink));
    }

    String target() {
        return target;
    }
}
