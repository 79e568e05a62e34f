package io.dharma.tracing;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.pipeline.SinkState;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Counts what became of each export of metrics; these do not go through a pipeline. For any thread. */
final class MetricAccount implements Consumer<Delivery> {

    private final String target;
    private SinkState state = SinkState.HEALTHY;
    private long sent;
    private long rejected;
    private @Nullable String lastError;
    private @Nullable Instant lastErrorAt;

    MetricAccount(String target) {
        this.target = target;
    }

    @Override
    public synchronized void accept(Delivery delivery) {
        if (delivery instanceof Delivery.Delivered delivered) {
            sent++;
            state = SinkState.HEALTHY;
            if (delivered.rejected() > 0) {
                rejected++;
                failed("rejected " + delivered.rejected() + " points");
            }
        } else if (delivery instanceof Delivery.Refused refused) {
            state = SinkState.PAUSED;
            failed(refused.reason());
        } else if (delivery instanceof Delivery.Rejected unfit) {
            rejected++;
            failed(unfit.reason());
        } else if (delivery instanceof Delivery.Retry retry) {
            state = SinkState.DEGRADED;
            failed(retry.reason());
        }
    }

    private void failed(String reason) {
        lastError = reason;
        lastErrorAt = Instant.now();
    }

    synchronized ExporterHealth health() {
        Map<DropReason, Long> dropped = rejected == 0 ? Map.of() : Map.of(DropReason.REJECTED, rejected);
        return new ExporterHealth("metrics", "otlp", target, state, sent, dropped, 0, lastError, lastErrorAt);
    }
}
