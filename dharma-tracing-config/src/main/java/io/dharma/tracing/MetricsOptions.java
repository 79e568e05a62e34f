package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Keys;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Where metrics go, and how often. Part of {@link DharmaConfig.Builder}; one thread at a time. */
public final class MetricsOptions {

    private final DharmaConfig.Builder config;

    MetricsOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    /**
     * Sends metrics over OTLP. Default: only if there is an endpoint for all signals, or the environment names one.
     * Costs a connection, and about 60 ns per block.
     *
     * @param url such as {@code https://collector:4318}; one without a path gets {@code /v1/metrics}
     */
    public MetricsOptions otlp(String url) {
        return otlp(o -> o.endpoint(url));
    }

    /** As {@link #otlp(String)}, with headers, TLS and the like. */
    public MetricsOptions otlp(Consumer<OtlpOptions> options) {
        config.set(Keys.METRICS_EXPORTER, List.of("otlp"));
        options.accept(new OtlpOptions(config, Keys.OTLP_METRICS));
        return this;
    }

    /**
     * Lets a reader of your own collect, such as Prometheus's; it gets metrics without their secrets, as exporters do.
     * Default: none. Costs redaction whenever it collects, on its thread.
     */
    public MetricsOptions reader(MetricReader reader) {
        config.extras().metricReaders.add(Objects.requireNonNull(reader, "reader"));
        return this;
    }

    /** Sends no metrics over OTLP. Default: see {@link #otlp(String)}. */
    public MetricsOptions off() {
        config.set(Keys.METRICS_EXPORTER, List.of("none"));
        return this;
    }

    /** How often they are sent. Default: every 60 s. Costs a request each. */
    public MetricsOptions interval(Duration interval) {
        config.set(Keys.METRIC_INTERVAL, interval);
        return this;
    }

    /** Whether rate, errors and duration of blocks are among them. Default: yes. Costs about 60 ns per block. */
    public MetricsOptions blocks(boolean measured) {
        config.set(Keys.BLOCK_METRICS, measured);
        return this;
    }

    /** {@code cumulative}, {@code delta} or {@code lowmemory}. Default: the first; deltas are lost when a send fails. */
    public MetricsOptions temporality(String preference) {
        config.set(Keys.METRIC_TEMPORALITY, preference);
        return this;
    }
}
