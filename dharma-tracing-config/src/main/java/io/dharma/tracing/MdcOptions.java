package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Keys;

/** How the current span and its correlation are shown in SLF4J's MDC. Part of {@link DharmaConfig.Builder}; one thread at a time. */
public final class MdcOptions {

    private final DharmaConfig.Builder config;

    MdcOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    /** Shows nothing. Default: shown. Saves what the logging library takes for two entries per block, and two per request. */
    public MdcOptions off() {
        config.set(Keys.MDC, false);
        return this;
    }

    /** Under which keys. Defaults: {@code trace_id} and {@code span_id}. Costs nothing. */
    public MdcOptions keys(String traceId, String spanId) {
        config.set(Keys.MDC, true);
        config.set(Keys.MDC_TRACE_ID, traceId);
        config.set(Keys.MDC_SPAN_ID, spanId);
        return this;
    }

    /** Under which keys the ids of correlation and request. Defaults: {@code correlation_id} and {@code request_id}. */
    public MdcOptions correlationKeys(String correlationId, String requestId) {
        config.set(Keys.MDC, true);
        config.set(Keys.MDC_CORRELATION_ID, correlationId);
        config.set(Keys.MDC_REQUEST_ID, requestId);
        return this;
    }
}
