package io.dharma.tracing.examples.quickstart;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dharma.tracing.DharmaTracing;
import io.opentelemetry.api.trace.SpanKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers {@code /orders/ID} with what the order costs, and {@code /stock/SKU} with what is there. */
final class OrderServer implements AutoCloseable {

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int FAILED = 500;

    private final DharmaTracing dharma;
    private final Orders orders;
    private final Warehouse warehouse = new Warehouse();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final HttpServer server;
    private final StockClient stock;

    OrderServer(DharmaTracing dharma, Orders orders) {
        this.dharma = dharma;
        this.orders = orders;
        this.server = listenOnLoopback();
        this.stock = new StockClient(dharma, uri());
        server.setExecutor(threads);
        server.createContext("/orders/", exchange -> serve("GET /orders/{id}", exchange, this::describe));
        server.createContext("/stock/", exchange -> serve("GET /stock/{sku}", exchange, this::count));
        server.start();
    }

    private static HttpServer listenOnLoopback() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    /** What a route answers, given the last part of the path. */
    private interface Route {
        String answer(String key) throws Exception;
    }

    // region serve
    private void serve(String route, HttpExchange exchange, Route handler) throws IOException {
        String path = exchange.getRequestURI().getPath();
        try {
            String answer = dharma.block(route)
                    .kind(SpanKind.SERVER)
                    .attribute("url.path", path)
                    .parentFrom(exchange, RequestHeaders.GETTER)
                    .call(block -> {
                        dharma.echoCorrelation(exchange.getResponseHeaders(), Headers::set);
                        return handler.answer(path.substring(path.lastIndexOf('/') + 1));
                    });
            reply(exchange, OK, answer);
        } catch (UnknownOrderException e) {
            reply(exchange, NOT_FOUND, e.getMessage());
        } catch (Exception e) {
            reply(exchange, FAILED, "sorry");
        }
    }
    // endregion

    private String describe(String id) throws Exception {
        Order order = orders.find(id);
        int missing = 0;
        for (Order.Line line : order.lines()) {
            if (stock.of(line.sku()) < line.quantity()) {
                missing++;
            }
        }
        return order.customer() + " pays " + order.total() + ", articles to wait for: " + missing;
    }

    private String count(String sku) {
        return Integer.toString(warehouse.stock(sku));
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
