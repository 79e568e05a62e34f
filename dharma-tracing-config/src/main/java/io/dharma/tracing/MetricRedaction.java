package io.dharma.tracing;

import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes secrets out of what readers of the application collect. A metric that cannot be redacted is left out, and
 * counted: without it the reader misses a number, with it a secret might leave the process. For any thread.
 */
final class MetricRedaction {

    private static final Logger LOG = LoggerFactory.getLogger(DharmaTracing.LOGGER);

    private final UnaryOperator<MetricData> redactor;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicBoolean announced = new AtomicBoolean();

    MetricRedaction(UnaryOperator<MetricData> redactor) {
        this.redactor = redactor;
    }

    List<MetricData> redact(Collection<MetricData> metrics) {
        List<MetricData> redacted = new ArrayList<>(metrics.size());
        for (MetricData metric : metrics) {
            addRedacted(redacted, metric);
        }
        return redacted;
    }

    private void addRedacted(List<MetricData> redacted, MetricData metric) {
        try {
            redacted.add(redactor.apply(metric));
        } catch (Throwable thrown) {
            failures.incrementAndGet();
            announceOnce(thrown);
        }
    }

    /** By class only: a message may quote what was to be redacted. */
    private void announceOnce(Throwable thrown) {
        if (announced.compareAndSet(false, true)) {
            LOG.warn(
                    "A metric could not be redacted ({}), so readers do not get it; health() counts all of them",
                    thrown.getClass().getName());
        }
    }

    /** How many metrics were left out. */
    long failures() {
        return failures.get();
    }
}
