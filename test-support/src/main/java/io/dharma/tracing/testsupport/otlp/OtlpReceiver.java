package io.dharma.tracing.testsupport.otlp;

import static java.util.stream.Collectors.joining;

import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A collector inside the test: OTLP over HTTP with protobuf, on loopback, for traces, metrics and logs.
 *
 * <p>It is strict. A request that breaks a rule is answered 400 and kept with what was wrong; {@link #close()} then
 * fails the test unless it asked for {@link #violations()} before. Answers other than "all kept" are given in advance
 * with {@link #answerNext}. {@link #spans()}, {@link #metrics()} and {@link #logs()} hold what was answered with 2xx:
 * what the client may believe to have arrived; {@link #requests()} holds every attempt.
 *
 * <pre>{@code
 * try (OtlpReceiver receiver = OtlpReceiver.start()) {
 *     receiver.answerNext(2, OtlpAnswer.status(503).header("Retry-After", "1"));
 *     ... export to receiver.endpoint() ...
 *     List<Span> spans = receiver.awaitSpans(1, Duration.ofSeconds(5));
 * }
 * }</pre>
 *
 * <p>All of this is kept until the receiver is gone. For what is too much to be kept there is {@link #forgetting}.
 *
 * <p>Safe to use from any thread.
 */
public final class OtlpReceiver implements AutoCloseable {

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService handlers = Executors.newCachedThreadPool(OtlpReceiver::handlerThread);
    private final List<OtlpRequest> requests = new CopyOnWriteArrayList<>();
    private final List<Message> taken = new CopyOnWriteArrayList<>();
    private final @Nullable Consumer<Message> visitor;
    private final Queue<OtlpAnswer> script = new ConcurrentLinkedQueue<>();
    private final AtomicInteger held = new AtomicInteger();
    private volatile @Nullable Rule rule;
    private volatile CountDownLatch release = new CountDownLatch(1);
    private volatile boolean violationsSeen;

    private record Rule(Predicate<Message> matches, OtlpAnswer answer) {}

    private OtlpReceiver(HttpServer server, String scheme, @Nullable Consumer<Message> visitor) {
        this.server = server;
        this.scheme = scheme;
        this.visitor = visitor;
        server.setExecutor(handlers);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Listens on a free port. */
    public static OtlpReceiver start() {
        return start(0);
    }

    /** Listens on this port: for a collector that comes back where it was. */
    public static OtlpReceiver start(int port) {
        return start(port, null);
    }

    /**
     * Listens on a free port, and keeps nothing but the requests that broke a rule.
     *
     * @param visitor gets each message that is taken, before the client hears of it; on several threads, and must not
     *     throw
     */
    public static OtlpReceiver forgetting(Consumer<Message> visitor) {
        return start(0, visitor);
    }

    private static OtlpReceiver start(int port, @Nullable Consumer<Message> visitor) {
        try {
            return new OtlpReceiver(HttpServer.create(loopback(port), 0), "http", visitor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Listens with TLS on a free port and shows the certificate of {@code context}. */
    public static OtlpReceiver startTls(SSLContext context) {
        return start(context, false);
    }

    /** As {@link #startTls}, and refuses a client that shows no certificate which {@code context} trusts. */
    public static OtlpReceiver startMutualTls(SSLContext context) {
        return start(context, true);
    }

    private static OtlpReceiver start(SSLContext context, boolean clientCertificate) {
        try {
            HttpsServer server = HttpsServer.create(loopback(0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters parameters) {
                    SSLParameters ssl = context.getDefaultSSLParameters();
                    ssl.setNeedClientAuth(clientCertificate);
                    parameters.setSSLParameters(ssl);
                }
            });
            return new OtlpReceiver(server, "https", null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress loopback(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    }

    private static Thread handlerThread(Runnable work) {
        Thread thread = new Thread(work, "otlp-receiver-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** The base that {@code OTEL_EXPORTER_OTLP_ENDPOINT} takes, without a path. */
    public URI endpoint() {
        return URI.create(scheme + "://127.0.0.1:" + port());
    }

    /** Where spans go: {@link #endpoint()} and {@code /v1/traces}. */
    public URI tracesEndpoint() {
        return endpoint().resolve(OtlpSignal.TRACES.path());
    }

    /** Where metrics go: {@link #endpoint()} and {@code /v1/metrics}. */
    public URI metricsEndpoint() {
        return endpoint().resolve(OtlpSignal.METRICS.path());
    }

    /** Where log records go: {@link #endpoint()} and {@code /v1/logs}. */
    public URI logsEndpoint() {
        return endpoint().resolve(OtlpSignal.LOGS.path());
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Answers the next request, of those not yet spoken for, this way. */
    public void answerNext(OtlpAnswer answer) {
        answerNext(1, answer);
    }

    /** Answers the next {@code times} requests, of those not yet spoken for, this way. A bad request takes none. */
    public void answerNext(int times, OtlpAnswer answer) {
        for (int i = 0; i < times; i++) {
            script.add(answer);
        }
    }

    /**
     * Answers every request of this kind this way, before all that {@link #answerNext} says: for a receiver that
     * stumbles over what it is sent. The last call counts.
     */
    public void answerWhenever(Predicate<Message> matches, OtlpAnswer answer) {
        rule = new Rule(matches, answer);
    }

    /** Lets every request go that hangs now. */
    public void release() {
        CountDownLatch waiting = release;
        release = new CountDownLatch(1);
        waiting.countDown();
    }

    /** How many requests hang now. */
    public int held() {
        return held.get();
    }

    /** Every attempt that was answered or hangs, in order of arrival. */
    public List<OtlpRequest> requests() {
        return List.copyOf(requests);
    }

    /** The spans that were taken. */
    public List<Span> spans() {
        return taken(ExportTraceServiceRequest.class)
                .flatMap(request -> request.getResourceSpansList().stream())
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .toList();
    }

    /** The metrics that were taken. */
    public List<Metric> metrics() {
        return taken(ExportMetricsServiceRequest.class)
                .flatMap(request -> request.getResourceMetricsList().stream())
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream())
                .toList();
    }

    /** The log records that were taken. */
    public List<LogRecord> logs() {
        return taken(ExportLogsServiceRequest.class)
                .flatMap(request -> request.getResourceLogsList().stream())
                .flatMap(resource -> resource.getScopeLogsList().stream())
                .flatMap(scope -> scope.getLogRecordsList().stream())
                .toList();
    }

    private <M extends Message> Stream<M> taken(Class<M> type) {
        return taken.stream().filter(type::isInstance).map(type::cast);
    }

    /** The rules that requests broke, in words; whoever asks has seen them, and {@link #close()} passes over them. */
    public List<String> violations() {
        violationsSeen = true;
        return allViolations();
    }

    private List<String> allViolations() {
        return requests.stream()
                .flatMap(request -> request.violations().stream())
                .toList();
    }

    /** Waits until at least {@code count} spans were taken. */
    public List<Span> awaitSpans(int count, Duration atMost) {
        await(receiver -> receiver.spans().size() >= count, atMost);
        return spans();
    }

    /** Waits until at least {@code count} requests came. */
    public List<OtlpRequest> awaitRequests(int count, Duration atMost) {
        await(receiver -> receiver.requests().size() >= count, atMost);
        return requests();
    }

    /** Waits for anything else; the failure tells what did arrive. */
    public void await(Predicate<OtlpReceiver> condition, Duration atMost) {
        Awaitility.await()
                .atMost(atMost)
                .pollInterval(Duration.ofMillis(10))
                .pollDelay(Duration.ZERO)
                .conditionEvaluationListener(null)
                .untilAsserted(() -> {
                    if (!condition.test(this)) {
                        throw new AssertionError("not yet; " + this);
                    }
                });
    }

    /** Stops at once, drops what hangs, and fails if a rule was broken that the test never asked about. */
    @Override
    public void close() {
        release.countDown();
        server.stop(0);
        handlers.shutdownNow();
        if (!violationsSeen && !allViolations().isEmpty()) {
            throw new AssertionError("not valid OTLP: " + String.join("; ", allViolations()));
        }
    }

    @Override
    public String toString() {
        return "OtlpReceiver{" + endpoint() + ", " + spans().size() + " spans, "
                + metrics().size() + " metrics, " + logs().size() + " log records, requests "
                + requests.stream()
                        .map(request -> request.path() + " " + request.status() + " " + request.violations())
                        .collect(joining(", ", "[", "]"))
                + "}";
    }

    private void handle(HttpExchange exchange) throws IOException {
        OtlpReading reading = OtlpReading.of(exchange);
        OtlpAnswer answer = answerTo(reading);
        if (visitor == null || !reading.violations().isEmpty()) {
            requests.add(request(exchange, reading, answer));
        }
        try (exchange) {
            waitAsAsked(answer);
            Message message = reading.message();
            if (message != null && answer.status() / 100 == 2) {
                // Before the client hears of it, so that it may look here as soon as it does.
                take(message);
            }
            send(exchange, answer);
        } catch (InterruptedException e) {
            // close() has come; the client sees its connection end.
            Thread.currentThread().interrupt();
        }
    }

    private void take(Message message) {
        if (visitor == null) {
            taken.add(message);
        } else {
            visitor.accept(message);
        }
    }

    private OtlpAnswer answerTo(OtlpReading reading) {
        if (!reading.violations().isEmpty()) {
            byte[] said = String.join("\n", reading.violations()).getBytes(StandardCharsets.UTF_8);
            return OtlpAnswer.status(400).header("Content-Type", "text/plain").body(said);
        }
        Rule always = rule;
        Message message = reading.message();
        if (always != null && message != null && always.matches().test(message)) {
            return always.answer();
        }
        OtlpAnswer scripted = script.poll();
        return scripted == null ? OtlpAnswer.ok() : scripted;
    }

    private static OtlpRequest request(HttpExchange exchange, OtlpReading reading, OtlpAnswer answer) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        return new OtlpRequest(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                reading.bytesOnTheWire(),
                reading.message(),
                reading.violations(),
                answer.status(),
                clientCertificate(exchange));
    }

    private static @Nullable Certificate clientCertificate(HttpExchange exchange) {
        if (!(exchange instanceof HttpsExchange https)) {
            return null;
        }
        try {
            return https.getSSLSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private void waitAsAsked(OtlpAnswer answer) throws InterruptedException {
        Thread.sleep(answer.delay().toMillis());
        if (answer.held()) {
            held.incrementAndGet();
            try {
                release.await();
            } finally {
                held.decrementAndGet();
            }
        }
    }

    private static void send(HttpExchange exchange, OtlpAnswer answer) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        long length = (long) answer.body().size() * answer.repeat();
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        if (length == 0) {
            return;
        }
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < answer.repeat(); i++) {
            write(out, answer);
        }
        out.close();
    }

    private static void write(OutputStream out, OtlpAnswer answer) throws IOException, InterruptedException {
        if (answer.drip().isZero()) {
            answer.body().writeTo(out);
            return;
        }
        for (byte next : answer.body()) {
            Thread.sleep(answer.drip().toMillis());
            out.write(next);
            out.flush();
        }
    }
}
