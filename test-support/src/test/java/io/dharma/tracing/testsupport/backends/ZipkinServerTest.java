package io.dharma.tracing.testsupport.backends;

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

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
