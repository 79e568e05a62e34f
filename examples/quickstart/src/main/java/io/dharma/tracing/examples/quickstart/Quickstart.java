package io.dharma.tracing.examples.quickstart;

import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.correlation.ChainRenderer;
import io.dharma.tracing.correlation.RequestChain;
import io.dharma.tracing.errors.ErrorGroup;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A small service that is asked for its orders. Some cannot be read, some take long; one request in ten is sampled,
 * and those that failed or were slow are kept all the same.
 */
public final class Quickstart {

    private static final List<String> REQUESTS = List.of(
            "1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1001", "1002", "1004", "1007", "1001",
            "1002", "1004", "1007", "1001", "1002", "1004", "1007");

    /** The order whose chain is shown. */
    private static final String EXPLAINED = "1006";

    private Quickstart() {}

    /** Serves, asks, prints, and ends. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        // region init
        DharmaTracing dharma = DharmaTracing.init(config -> config.service("orders", "1.0.0")
                .tracing(t -> t.sampleRatio(0.1)
                        .keepErrors()
                        .keepSlowerThan(Duration.ofMillis(100))
                        .console()));
        // endregion
        String correlationId = "";
        Orders orders = dharma.proxy(Orders.class, new OrderFile("/orders.csv"));
        try (OrderServer server = new OrderServer(dharma, orders)) {
            System.out.println("Serving " + server.uri() + ", asking for " + REQUESTS.size() + " orders\n");
            HttpClient browser = HttpClient.newHttpClient();
            for (String id : REQUESTS) {
                HttpRequest request = HttpRequest.newBuilder(server.uri().resolve("/orders/" + id))
                        .build();
                HttpResponse<String> reply = browser.send(request, HttpResponse.BodyHandlers.ofString());
                System.out.println("order " + id + ": " + reply.statusCode() + " " + reply.body());
                if (id.equals(EXPLAINED)) {
                    correlationId =
                            reply.headers().firstValue("X-Correlation-ID").orElse(correlationId);
                }
            }
        }
        dharma.flush(Duration.ofSeconds(5));
        explain(dharma, correlationId);
        listErrors(dharma);
        System.out.println("\n" + dharma.health().report());
        dharma.close();
    }

    // region chain
    private static void explain(DharmaTracing dharma, String correlationId) {
        Optional<RequestChain> chain = dharma.chains().flatMap(chains -> chains.get(correlationId));
        chain.ifPresent(found -> {
            System.out.println("\n" + ChainRenderer.text(100).render(found));
            System.out.println(ChainRenderer.mermaidSequence().render(found));
        });
    }
    // endregion

    // region errors
    private static void listErrors(DharmaTracing dharma) {
        System.out.println("Errors");
        for (ErrorGroup group : dharma.errors().groups()) {
            System.out.println("  " + group.count() + " x " + group.title() + "\n      " + group.severity() + " "
                    + group.category() + " " + group.state() + ", at " + group.culprit() + ", " + group.id());
        }
    }
    // endregion
}
