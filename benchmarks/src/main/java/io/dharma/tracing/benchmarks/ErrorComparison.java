package io.dharma.tracing.benchmarks;

import com.sun.management.ThreadMXBean;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorDocument;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.sentry.Sentry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/**
 * What it costs to have an error caught, and what is left of many: beside raw OpenTelemetry, which records it in a span, and
 * Sentry, which sends it to a server on this machine that takes everything.
 *
 * <p>Run it from the project's root: {@code mvn -q -Pbenchmarks -Dbenchmarks.main=ErrorComparison}, for some three minutes.
 * The contenders take turns in one JVM. Throwables are some 50 frames deep, from 20 places, and are made before the time is
 * taken. First 1,000 come a second, on one thread, for what each costs its caller; then there is a storm of 50,000 within
 * 8 seconds on four threads.
 */
public final class ErrorComparison {

    private static final int ROUNDS = 5;
    private static final int PER_ROUND = 5_000;
    private static final long BETWEEN_NANOS = 1_000_000;
    private static final int STORM = 50_000;
    private static final int STORM_THREADS = 4;
    private static final Duration STORM_TIME = Duration.ofSeconds(8);
    private static final int DEPTH = 40;
    private static final int PLACES = 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private ErrorComparison() {}

    /** No arguments. */
    public static void main(String[] arguments) throws Exception {
        Map<String, Supplier<Contender>> contenders = new LinkedHashMap<>();
        contenders.put("OpenTelemetry", OpenTelemetrySpans::new);
        contenders.put("Sentry", SentryEvents::new);
        contenders.put("Dharma Tracing", DharmaErrors::new);
        cost(contenders);
        storm(contenders);
        System.exit(0);
    }

    /** Somebody who is given throwables. */
    private interface Contender extends AutoCloseable {

        void capture(Throwable throwable);

        /** How many of all it knows of in the end. */
        long known();

        @Override
        void close();
    }

    // What the caller pays

    private static void cost(Map<String, Supplier<Contender>> contenders) {
        Map<String, List<double[]>> rounds = new LinkedHashMap<>();
        for (int i = -1; i < ROUNDS; i++) {
            for (Map.Entry<String, Supplier<Contender>> entry : contenders.entrySet()) {
                double[] round;
                try (Contender contender = entry.getValue().get()) {
                    round = round(contender);
                }
                if (i >= 0) {
                    rounds.computeIfAbsent(entry.getKey(), unused -> new ArrayList<>())
                            .add(round);
                }
            }
        }
        System.out.printf(
                Locale.ROOT, "%-16s %10s %10s %10s %14s%n", "caller", "p50 us", "p99 us", "p99.9 us", "bytes");
        rounds.forEach((name, each) -> System.out.printf(
                Locale.ROOT,
                "%-16s %10.2f %10.2f %10.2f %14.0f%n",
                name,
                median(each, 0),
                median(each, 1),
                median(each, 2),
                median(each, 3)));
    }

    private static double median(List<double[]> rounds, int column) {
        double[] sorted =
                rounds.stream().mapToDouble(round -> round[column]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double[] round(Contender contender) {
        Throwable[] throwables = throwables(PER_ROUND);
        double[] micros = new double[PER_ROUND];
        long thread = Thread.currentThread().getId();
        long allocated = 0;
        long begin = System.nanoTime();
        for (int i = 0; i < PER_ROUND; i++) {
            LockSupport.parkNanos(begin + i * BETWEEN_NANOS - System.nanoTime());
            long bytes = THREADS.getThreadAllocatedBytes(thread);
            long start = System.nanoTime();
            contender.capture(throwables[i]);
            micros[i] = (System.nanoTime() - start) / 1e3;
            allocated += THREADS.getThreadAllocatedBytes(thread) - bytes;
        }
        Arrays.sort(micros);
        return new double[] {
            micros[PER_ROUND / 2],
            micros[PER_ROUND * 99 / 100],
            micros[PER_ROUND * 999 / 1000],
            allocated / (double) PER_ROUND
        };
    }

    private static Throwable[] throwables(int count) {
        Throwable[] made = new Throwable[count];
        for (int i = 0; i < count; i++) {
            made[i] = thrown(i % PLACES, DEPTH);
        }
        return made;
    }

    /** The place is in the type's message and in how deep it is, so that there are several errors. */
    private static Throwable thrown(int place, int depth) {
        return depth == place ? new IllegalStateException("place " + place) : thrown(place, depth - 1);
    }

    // A storm

    private static void storm(Map<String, Supplier<Contender>> contenders) throws InterruptedException {
        System.out.printf(
                Locale.ROOT, "%n%-16s %10s %10s %10s %14s%n", "storm", "p99 us", "max us", "known", "of 50,000");
        for (Map.Entry<String, Supplier<Contender>> entry : contenders.entrySet()) {
            Contender contender = entry.getValue().get();
            double[] micros;
            try (contender) {
                micros = storm(contender);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %10.1f %10.1f %10d %13.1f%%%n",
                    entry.getKey(),
                    micros[STORM * 99 / 100],
                    micros[STORM - 1],
                    contender.known(),
                    100.0 * contender.known() / STORM);
        }
    }

    private static double[] storm(Contender contender) throws InterruptedException {
        double[] micros = new double[STORM];
        int each = STORM / STORM_THREADS;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < STORM_THREADS; t++) {
            int first = t * each;
            Thread thread = new Thread(() -> {
                long between = STORM_TIME.toNanos() / each;
                long begin = System.nanoTime();
                for (int i = 0; i < each; i++) {
                    LockSupport.parkNanos(begin + i * between - System.nanoTime());
                    Throwable throwable = thrown(i % PLACES, DEPTH);
                    long start = System.nanoTime();
                    contender.capture(throwable);
                    micros[first + i] = (System.nanoTime() - start) / 1e3;
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Arrays.sort(micros);
        return micros;
    }

    // The contenders

    /** A span for each; its exporter takes everything. */
    private static final class OpenTelemetrySpans implements Contender {

        private final AtomicLong exported = new AtomicLong();
        private final SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(BatchSpanProcessor.builder(new SpanExporter() {
                            @Override
                            public CompletableResultCode export(Collection<SpanData> spans) {
                                exported.addAndGet(spans.size());
                                return CompletableResultCode.ofSuccess();
                            }

                            @Override
                            public CompletableResultCode flush() {
                                return CompletableResultCode.ofSuccess();
                            }

                            @Override
                            public CompletableResultCode shutdown() {
                                return CompletableResultCode.ofSuccess();
                            }
                        })
                        .build())
                .build();
        private final Tracer tracer = provider.get("comparison");

        @Override
        public void capture(Throwable throwable) {
            Span span = tracer.spanBuilder("failing").startSpan();
            span.recordException(throwable);
            span.end();
        }

        @Override
        public long known() {
            return exported.get();
        }

        @Override
        public void close() {
            provider.close();
        }
    }

    /** Its own transport, to a server on this machine. */
    private static final class SentryEvents implements Contender {

        private final AtomicLong received = new AtomicLong();
        private final HttpServer server;

        SentryEvents() {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            server.createContext("/", this::take);
            server.start();
            int port = server.getAddress().getPort();
            Sentry.init(options -> {
                options.setDsn("http://key@127.0.0.1:" + port + "/1");
                options.setSendClientReports(false);
                options.setEnableAutoSessionTracking(false);
            });
        }

        private void take(HttpExchange exchange) throws IOException {
            try (InputStream body = new GZIPInputStream(exchange.getRequestBody())) {
                String envelope = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                received.addAndGet(envelope.lines()
                        .filter(line -> line.contains("\"type\":\"event\""))
                        .count());
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        }

        @Override
        public void capture(Throwable throwable) {
            var unused = Sentry.captureException(throwable);
        }

        @Override
        public long known() {
            return received.get();
        }

        @Override
        public void close() {
            Sentry.flush(20_000);
            Sentry.close();
            server.stop(0);
        }
    }

    /** With a sink that makes the documents, and adds up the counts. */
    private static final class DharmaErrors implements Contender, Sink<ErrorRecord> {

        private final AtomicLong counted = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();
        private final ErrorTracker errors = ErrorTracker.builder(
                        new ServiceIdentity("comparison", "1", "test", "one", null))
                .sink(this)
                .build();

        @Override
        public String name() {
            return "documents";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<ErrorRecord> batch) {
            for (ErrorRecord record : batch) {
                if (record instanceof ErrorCount count) {
                    counted.addAndGet(count.count());
                } else if (record instanceof ErrorEvent) {
                    bytes.addAndGet(ErrorDocument.of(record).length);
                }
            }
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public void capture(Throwable throwable) {
            errors.capture(throwable);
        }

        @Override
        public long known() {
            return counted.get();
        }

        @Override
        public void close() {
            boolean unused = errors.flush(Duration.ofSeconds(20));
            errors.close();
        }
    }
}
