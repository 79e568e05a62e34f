package io.dharma.tracing.context;

/** Where a correlation id was found, in the order in which an incoming request is searched for one. */
public enum CorrelationSource {
    /** The entry {@code dharma.cid} of W3C baggage, which this library writes in the calling service. */
    BAGGAGE,

    /** The header for it, {@code X-Correlation-ID} unless another is configured. */
    CORRELATION_HEADER,

    /** The id that a proxy gave the request, {@code X-Request-ID} unless another header is configured. */
    REQUEST_HEADER,

    /** The id of the trace that the request is part of. */
    TRACE,

    /** The application's own code named it. */
    APPLICATION,

    /** Nowhere: it was made here. */
    NEW
}
