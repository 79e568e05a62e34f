package io.dharma.tracing.testsupport.backends;

import java.net.URI;

/**
 * A running Zipkin that keeps its traces in memory, shared by every test of the build: look for traces by their id.
 *
 * @param uri {@code http://host:port}
 */
public record ZipkinServer(URI uri) {

    /** Where spans are posted: {@code /api/v2/spans}. */
    public URI spansEndpoint() {
        return uri.resolve("/api/v2/spans");
    }

    /** Where a trace is read back: {@code /api/v2/trace/ID}. */
    public URI trace(String traceId) {
        return uri.resolve("/api/v2/trace/" + traceId);
    }
}
