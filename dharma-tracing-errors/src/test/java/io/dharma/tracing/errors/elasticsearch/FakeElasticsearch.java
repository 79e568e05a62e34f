package io.dharma.tracing.errors.elasticsearch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Says what no server can be brought to say when a test wants it. Templates are all there. */
final class FakeElasticsearch implements AutoCloseable {

    /** @param documents the ids of a bulk request */
    record Request(String method, String path, Map<String, List<String>> headers, List<String> documents) {}

    /** What to answer next. */
    record Answer(int status, String body, Map<String, String> headers) {

        Answer(int status, String body) {
            this(status, body, Map.of());
        }
    }

    private final HttpServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();

    FakeElasticsearch() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** To the next request that is not about templates. */
    void answer(Answer answer) {
        answers.add(answer);
    }

    /** Of one document, in each bulk request until another one is set; 201 by default. */
    void status(String id, int status) {
        statuses.put(id, status);
    }

    List<Request> bulks() {
        return requests.stream()
                .filter(request -> request.path().startsWith("/_bulk"))
                .toList();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().toString();
        List<String> ids = ids(body);
        requests.add(new Request(exchange.getRequestMethod(), path, Map.copyOf(exchange.getRequestHeaders()), ids));
        boolean isSetUp = path.startsWith("/_index_template") || path.startsWith("/_resolve");
        Answer scripted = isSetUp ? null : answers.poll();
        send(exchange, scripted != null ? scripted : usual(path, ids));
    }

    private Answer usual(String path, List<String> ids) {
        if (path.startsWith("/_index_template")) {
            return new Answer(200, "{\"acknowledged\":true,\"index_templates\":[]}");
        }
        if (path.startsWith("/_resolve")) {
            return new Answer(200, "{\"indices\":[],\"aliases\":[],\"data_streams\":[]}");
        }
        List<String> items = new ArrayList<>();
        for (String id : ids) {
            int status = statuses.getOrDefault(id, 201);
            String error =
                    status < 300 ? "" : ",\"error\":{\"type\":\"some_exception\",\"reason\":\"secret of the batch\"}";
            items.add("{\"create\":{\"_index\":\"i\",\"status\":" + status + error + "}}");
        }
        return new Answer(200, "{\"took\":1,\"errors\":false,\"items\":[" + String.join(",", items) + "]}");
    }

    private static List<String> ids(String body) {
        return body.lines()
                .filter(line -> line.startsWith("{\"create\":"))
                .map(line -> line.replaceFirst(".*\"_id\":\"", "").replaceFirst("\".*", ""))
                .toList();
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        } catch (IOException hungUp) {
            // As it should, where the answer is too long.
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
