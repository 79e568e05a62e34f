package io.dharma.tracing.export;

import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** What an endpoint says, as OpenTelemetry's gRPC senders want to be told. They are never to try again: we do. */
final class GrpcSettings implements GrpcSenderConfig {

    private final HttpEndpoint endpoint;
    private final String fullMethodName;

    /** @param fullMethodName the gRPC service and its method, with a slash between them */
    GrpcSettings(HttpEndpoint endpoint, String fullMethodName) {
        this.endpoint = endpoint;
        this.fullMethodName = fullMethodName;
    }

    @Override
    public URI getEndpoint() {
        return endpoint.uri();
    }

    @Override
    public String getFullMethodName() {
        return fullMethodName;
    }

    @Override
    public @Nullable Compressor getCompressor() {
        return endpoint.gzipLevel() > 0 ? new Gzip(endpoint.gzipLevel()) : null;
    }

    @Override
    public Duration getTimeout() {
        return endpoint.timeout();
    }

    @Override
    public Duration getConnectTimeout() {
        return endpoint.timeout();
    }

    @Override
    public Supplier<Map<String, List<String>>> getHeadersSupplier() {
        return this::headers;
    }

    private Map<String, List<String>> headers() {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("User-Agent", List.of(HttpCourier.USER_AGENT));
        endpoint.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        Map<String, String> supplied = endpoint.headersSupplier().get();
        if (supplied != null) {
            supplied.forEach((name, value) -> headers.put(name, List.of(value)));
        }
        return headers;
    }

    @Override
    public @Nullable RetryPolicy getRetryPolicy() {
        return null;
    }

    @Override
    public @Nullable SSLContext getSslContext() {
        TlsSettings tls = endpoint.tls();
        return tls == null ? null : tls.context();
    }

    @Override
    public @Nullable X509TrustManager getTrustManager() {
        TlsSettings tls = endpoint.tls();
        return tls == null ? null : tls.trustManager();
    }

    @Override
    public @Nullable ExecutorService getExecutorService() {
        return null;
    }

    @Override
    public long getMaxResponseBodySize() {
        return HttpPost.MAX_REPLY;
    }

    /** As our own HTTP sinks compress. */
    private record Gzip(int level) implements Compressor {

        @Override
        public String getEncoding() {
            return "gzip";
        }

        @Override
        public OutputStream compress(OutputStream out) throws IOException {
            return HttpCourier.gzipTo(out, level);
        }
    }
}
