package io.dharma.tracing.export;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** An HTTP server that answers what it is told to and keeps what it was sent. */
final class FakeCollector implements AutoCloseable {

    /** What to answer. */
    @SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
    record Answer(int status, Map<String, String> headers, byte[] body) {

        static Answer status(int status) {
            return new Answer(status, Map.of(), new byte[0]);
        }

        Answer header(String name, String value) {
            return new Answer(status, Map.of(name, value), body);
        }
    }

    /** What arrived; the body is as it was before compression. */
    @SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
    record Request(String path, Headers headers, byte[] body) {}

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Answer answer = Answer.status(200);

    private FakeCollector(HttpServer server) {
        this.server = server;
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    static FakeCollector start() {
        try {
            return new FakeCollector(HttpServer.create(anyPort(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static FakeCollector startTls(SSLContext context, boolean wantsClientCertificate) {
        try {
            HttpsServer server = HttpsServer.create(anyPort(), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters parameters) {
                    SSLParameters ssl = context.getDefaultSSLParameters();
                    ssl.setNeedClientAuth(wantsClientCertificate);
                    parameters.setSSLParameters(ssl);
                }
            });
            return new FakeCollector(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    FakeCollector answering(Answer answer) {
        this.answer = answer;
        return this;
    }

    FakeCollector answering(int status) {
        return answering(Answer.status(status));
    }

    String url(String path) {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:"
                + server.getAddress().getPort() + path;
    }

    List<Request> requests() {
        return requests;
    }

    Request onlyRequest() {
        if (requests.size() != 1) {
            throw new AssertionError("expected one request, got " + requests.size());
        }
        return requests.get(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
            requests.add(new Request(
                    exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), decoded(body, encoding)));
            Answer now = answer;
            now.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(now.status(), now.body().length == 0 ? -1 : now.body().length);
            if (now.body().length > 0) {
                exchange.getResponseBody().write(now.body());
            }
        }
    }

    private static byte[] decoded(byte[] body, @Nullable String encoding) throws IOException {
        return "gzip".equals(encoding) ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes() : body;
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
