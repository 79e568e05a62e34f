package io.dharma.tracing.examples.quickstart;

import io.dharma.tracing.DharmaTracing;
import io.opentelemetry.api.trace.SpanKind;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks the warehouse, over HTTP. */
final class StockClient {

    private final DharmaTracing dharma;
    private final URI warehouse;
    private final HttpClient client = HttpClient.newHttpClient();

    StockClient(DharmaTracing dharma, URI warehouse) {
        this.dharma = dharma;
        this.warehouse = warehouse;
    }

    // region call
    int of(String sku) throws Exception {
        return dharma.block("GET").kind(SpanKind.CLIENT).attribute("sku", sku).call(block -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(warehouse.resolve("/stock/" + sku));
            dharma.injectTo(warehouse.getHost(), request, HttpRequest.Builder::setHeader);
            HttpResponse<String> reply = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return Integer.parseInt(reply.body());
        });
    }
    // endregion
}
