package io.dharma.tracing.propagation;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dharma.tracing.trace.DharmaTracer;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The service under test in the W3C trace context conformance suite ({@code w3c/trace-context}, directory {@code test}).
 *
 * <p>The suite posts a list of calls; we make each of them inside a block that continues the context of the post.
 * Start it with {@code mvn -q -Pw3c -Dw3c.port=5000} from the project's root, then run, in the suite's directory,
 * {@code SPEC_LEVEL=2 python3 test.py http://127.0.0.1:5000/test}. It serves until it is killed.
 */
public final class TraceContextHarness implements AutoCloseable {

    private final DharmaTracer tracer =
            DharmaTracer.builder().propagator(Propagators.traceContext()).build();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final HttpServer server;

    private TraceContextHarness(HttpServer server) {
        this.server = server;
    }

    public static void main(String[] arguments) {
        // The JDK's server reads it once; without it every reply waits for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        TraceContextHarness harness = start(Integer.parseInt(arguments[0]));
        System.out.println("trace context harness listening on http://127.0.0.1:" + harness.port() + "/test");
    }

    /** Listens on the loopback interface; port 0 takes a free one. */
    static TraceContextHarness start(int port) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            TraceContextHarness harness = new TraceContextHarness(HttpServer.create(address, 0));
            harness.server.createContext("/", harness::handle);
            harness.server.setExecutor(harness.workers);
            harness.server.start();
            return harness;
        } catch (IOException e) {
            throw new IllegalStateException("cannot listen on port " + port, e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            tracer.block("POST")
                    .kind(SpanKind.SERVER)
                    .parentFrom(exchange.getRequestHeaders(), Lines.GETTER)
                    .run(block -> serve(exchange));
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        for (HarnessCall call : HarnessCall.parse(body)) {
            tracer.block("POST").kind(SpanKind.CLIENT).run(block -> make(call));
        }
        byte[] reply = "[]".getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, reply.length);
        exchange.getResponseBody().write(reply);
    }

    private void make(HarnessCall call) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(call.url()))
                .timeout(Duration.ofSeconds(5))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(call.arguments()));
        tracer.inject(request, HttpRequest.Builder::header);
        try {
            client.send(request.build(), BodyHandlers.discarding());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
        tracer.close();
    }

    /** Reads the JDK server's headers, whose names have no case and whose lines are kept apart. */
    private enum Lines implements TextMapGetter<Headers> {
        GETTER;

        @Override
        @SuppressWarnings("deprecation") // keys() is, and has to be implemented
        public Iterable<String> keys(Headers headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String name) {
            return headers == null ? null : headers.getFirst(name);
        }

        @Override
        public Iterator<String> getAll(@Nullable Headers headers, String name) {
            List<String> lines = headers == null ? List.of() : headers.getOrDefault(name, List.of());
            return lines.iterator();
        }
    }
}
