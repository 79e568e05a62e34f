package io.dharma.tracing.export;

import java.util.Locale;

/** What OTLP carries. Each has a path of its own at a collector. */
public enum OtlpSignal {
    /** Spans. */
    TRACES,
    /** Measurements. */
    METRICS,
    /** Log records. */
    LOGS;

    /**
     * Where a collector takes this signal, given its base URL: what {@code OTEL_EXPORTER_OTLP_ENDPOINT} holds. A URL
     * that was configured for one signal, such as {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}, is taken as it is
     * instead.
     *
     * @param base such as {@code http://collector:4318} or {@code https://gateway/otel/}; a query is kept
     * @return such as {@code http://collector:4318/v1/traces}
     */
    public String endpoint(String base) {
        String url = base.trim();
        int query = url.indexOf('?');
        String head = query < 0 ? url : url.substring(0, query);
        String tail = query < 0 ? "" : url.substring(query);
        return head + (head.endsWith("/") ? "v1/" : "/v1/") + name().toLowerCase(Locale.ROOT) + tail;
    }
}
