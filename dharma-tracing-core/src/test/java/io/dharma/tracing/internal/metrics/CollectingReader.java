package io.dharma.tracing.internal.metrics;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads all metrics when a test asks, and once more at the end, as those do that export. */
public final class CollectingReader implements MetricReader {

    private CollectionRegistration registration = CollectionRegistration.noop();
    private Map<String, MetricData> last = Map.of();

    /** By name. */
    public Map<String, MetricData> collect() {
        return registration.collectAllMetrics().stream()
                .collect(Collectors.toMap(MetricData::getName, Function.identity()));
    }

    /** What it read at the end, by name. */
    public Map<String, MetricData> last() {
        return last;
    }

    @Override
    public void register(CollectionRegistration collectionRegistration) {
        registration = collectionRegistration;
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
        return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        last = collect();
        return CompletableResultCode.ofSuccess();
    }
}
