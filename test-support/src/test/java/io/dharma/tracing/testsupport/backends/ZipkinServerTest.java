package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import zipkin2.Endpoint;
import zipkin2.Span;
import zipkin2.codec.SpanBytesDecoder;
import zipkin2.reporter.AsyncReporter;
import zipkin2.reporter.BytesMessageSender;
import zipkin2.reporter.urlconnection.URLConnectionSender;

@ExtendWith(Backends.class)
class ZipkinServerTest {

    private static final String TRACE_ID = "0199a1b2c3d4e5f60718293a4b5c6d7e";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void zipkin_givesBackThePostedTrace(ZipkinServer zipkin) throws Exception {
        String spans = """
                [{"traceId": "%s", "id": "1122334455667788", "name": "charge-card",
                  "timestamp": 1767268800000000, "duration": 1500, "localEndpoint": {"serviceName": "checkout"}}]
                """.formatted(TRACE_ID);
        HttpRequest post = HttpRequest.newBuilder(zipkin.spansEndpoint())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(spans))
                .build();

        assertThat(http.send(post, BodyHandlers.discarding()).statusCode()).isEqualTo(202);

        // Zipkin takes spans first and stores them after.
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(get(zipkin.trace(TRACE_ID)).body())
                        .contains("\"name\":\"charge-card\"")
                        .contains("\"serviceName\":\"checkout\""));
    }

    @Test
    void zipkin_givesBackWhatItsOwnReporterSent(ZipkinServer zipkin) throws Exception {
        Span sent = Span.newBuilder()
                .traceId("0199a1b2c3d4e5f6071829334b5c6d7f")
                .id("2233445566778899")
                .kind(Span.Kind.CLIENT)
                .name("charge-card")
                .timestamp(1_767_268_800_000_000L)
                .duration(1_500)
                .localEndpoint(Endpoint.newBuilder().serviceName("checkout").build())
                .putTag("order.id", "1001")
                .build();
        try (BytesMessageSender sender =
                        URLConnectionSender.create(zipkin.spansEndpoint().toString());
                AsyncReporter<Span> reporter = AsyncReporter.create(sender)) {
            reporter.report(sent);
            reporter.flush();
        }

        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            HttpResponse<String> trace = get(zipkin.trace(sent.traceId()));
            assertThat(trace.statusCode()).isEqualTo(200);
            assertThat(SpanBytesDecoder.JSON_V2.decodeList(trace.body().getBytes(UTF_8)))
                    .containsExactly(sent);
        });
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
