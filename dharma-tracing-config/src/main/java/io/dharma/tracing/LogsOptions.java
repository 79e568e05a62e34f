package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Keys;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where log records go that libraries give to OpenTelemetry, for instance by its appenders. Part of
 * {@link DharmaConfig.Builder}; one thread at a time.
 */
public final class LogsOptions {

    private final DharmaConfig.Builder config;

    LogsOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    /**
     * Sends log records over OTLP. Default: only if there is an endpoint for all signals, or the environment names one.
     * Costs a connection and at most a quarter of the heap that spans may take.
     *
     * @param url such as {@code https://collector:4318}; one without a path gets {@code /v1/logs}
     */
    public LogsOptions otlp(String url) {
        return otlp(o -> o.endpoint(url));
    }

    /** As {@link #otlp(String)}, with headers, TLS and the like. */
    public LogsOptions otlp(Consumer<OtlpOptions> options) {
        config.set(Keys.LOGS_EXPORTER, List.of("otlp"));
        options.accept(new OtlpOptions(config, Keys.OTLP_LOGS));
        return this;
    }

    /** Sends no log records. Default: see {@link #otlp(String)}. */
    public LogsOptions off() {
        config.set(Keys.LOGS_EXPORTER, List.of("none"));
        return this;
    }
}
