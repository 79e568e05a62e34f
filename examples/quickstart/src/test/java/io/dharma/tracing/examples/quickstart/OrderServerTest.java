package io.dharma.tracing.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.sampling.KeepReason;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderServerTest {

    private final DharmaTracing dharma = DharmaTracing.init(config -> config.service("orders", "1.0.0")
            .tracing(t -> t.alwaysOff()
                    .keepErrors()
                    .keepSlowerThan(Duration.ofMillis(100))
                    .inMemory()));
    private final OrderServer server =
            new OrderServer(dharma, dharma.proxy(Orders.class, new OrderFile("/orders.csv")));

    @AfterEach
    void close() {
        server.close();
        dharma.close();
    }

    @Test
    void failedOrder_isKeptWithAllItsBlocks() throws Exception {
        assertThat(ask("1005").statusCode()).isEqualTo(500);

        assertThat(kept()).extracting(SpanData::getName).containsExactlyInAnyOrder("GET /orders/{id}", "read-order");
        assertThat(kept()).allMatch(span -> "error".equals(span.getAttributes().get(KeepReason.ATTRIBUTE)));
    }

    @Test
    void slowOrder_isKeptWithTheCallsThatMadeItSlow() throws Exception {
        HttpResponse<String> reply = ask("1006");

        assertThat(reply.body()).isEqualTo("Katherine pays 1292.90, articles to wait for: 0");
        assertThat(kept().stream().filter(span -> span.getName().equals("GET")))
                .hasSize(6)
                .allMatch(span -> "slow".equals(span.getAttributes().get(KeepReason.ATTRIBUTE)));
    }

    private HttpResponse<String> ask(String id) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(server.uri().resolve("/orders/" + id)).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private List<SpanData> kept() {
        assertThat(dharma.flush(Duration.ofSeconds(30))).isTrue();
        return dharma.inMemory().orElseThrow().spans();
    }
}
