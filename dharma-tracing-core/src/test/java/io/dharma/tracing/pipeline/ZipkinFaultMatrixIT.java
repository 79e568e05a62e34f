package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.ZipkinSpanSink;
import io.dharma.tracing.testsupport.backends.Backends;
import io.dharma.tracing.testsupport.backends.ZipkinServer;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import zipkin2.Span;
import zipkin2.codec.SpanBytesDecoder;

/** The real Zipkin, which shows a span once however often it got it: of duplicates this says nothing. */
@ExtendWith(Backends.class)
class ZipkinFaultMatrixIT extends FaultMatrix {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ZipkinServer zipkin;

    ZipkinFaultMatrixIT(ZipkinServer zipkin) {
        this.zipkin = zipkin;
    }

    @Override
    URI receiver() {
        return zipkin.spansEndpoint();
    }

    @Override
    Sink<SpanData> sink(HttpEndpoint endpoint) {
        return ZipkinSpanSink.to(endpoint);
    }

    @Override
    Collection<String> arrived(String traceId) {
        HttpRequest get = HttpRequest.newBuilder(zipkin.trace(traceId)).build();
        try {
            HttpResponse<byte[]> trace = HTTP.send(get, BodyHandlers.ofByteArray());
            if (trace.statusCode() == 404) {
                return List.of();
            }
            assertThat(trace.statusCode()).isEqualTo(200);
            return SpanBytesDecoder.JSON_V2.decodeList(trace.body()).stream()
                    .map(Span::id)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
