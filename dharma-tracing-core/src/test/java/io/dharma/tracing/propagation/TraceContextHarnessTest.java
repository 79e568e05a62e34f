package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** The service that the W3C suite tests does what the suite asks of it. */
class TraceContextHarnessTest {

    private static final String TRACE = "12345678901234567890123456789012";

    @Test
    void calls_areMadeInTheTraceOfTheRequest() throws Exception {
        Queue<List<String>> received = new ConcurrentLinkedQueue<>();
        HttpServer suite = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        suite.createContext("/", exchange -> {
            received.add(List.of(
                    exchange.getRequestHeaders().getFirst("traceparent"),
                    exchange.getRequestHeaders().getFirst("tracestate"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        suite.start();
        String callback = "http://127.0.0.1:" + suite.getAddress().getPort() + "/a,b";
        try (TraceContextHarness harness = TraceContextHarness.start(0)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + harness.port() + "/test"))
                    .header("TraceParent", "00-" + TRACE + "-1234567890123456-02")
                    .header("tracestate", "foo@=1")
                    .header("tracestate", "bar=2")
                    .POST(BodyPublishers.ofString("[{\"url\": \"" + callback + "\", \"arguments\": [{\"url\": \"x\"}]},"
                            + " {\"arguments\": [], \"url\": \"" + callback + "\"}]"))
                    .build();

            HttpResponse<String> response = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
        } finally {
            suite.stop(0);
        }
        assertThat(received).hasSize(2).allSatisfy(call -> {
            assertThat(call.get(0))
                    .startsWith("00-" + TRACE + "-")
                    .endsWith("-02")
                    .doesNotContain("1234567890123456-02");
            assertThat(call.get(1)).isEqualTo("foo@=1,bar=2");
        });
        assertThat(received.stream().map(call -> call.get(2))).containsExactly("[{\"url\": \"x\"}]", "[]");
        assertThat(received.stream().map(call -> call.get(0)).distinct()).hasSize(2);
    }
}
