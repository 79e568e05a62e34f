package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.export.FakeCollector.Answer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OpenTelemetry's own exporter, as an application would build it, over our sender. */
class JdkHttpSenderTest {

    private final FakeCollector collector = FakeCollector.start();

    @AfterEach
    void close() {
        collector.close();
    }

    private OtlpHttpSpanExporterBuilder builder() {
        return OtlpHttpSpanExporter.builder()
                .setEndpoint(collector.url("/v1/traces"))
                .setTimeout(Duration.ofSeconds(20))
                .setRetryPolicy(null);
    }

    private static CompletableResultCode export(OtlpHttpSpanExporterBuilder builder) {
        try (OtlpHttpSpanExporter exporter = builder.build()) {
            return exporter.export(TestSpans.many(2)).join(40, TimeUnit.SECONDS);
        }
    }

    @Test
    void provider_isTheOnlyOneOnTheClassPath() {
        assertThat(ServiceLoader.load(HttpSenderProvider.class))
                .hasSize(1)
                .allMatch(JdkHttpSenderProvider.class::isInstance);
    }

    @Test
    void exporter_sendsThroughUs() throws Exception {
        AtomicInteger calls = new AtomicInteger();

        CompletableResultCode result = export(builder()
                .setCompression("gzip")
                .addHeader("x-fixed", "a")
                .setHeaders(() -> Map.of("x-supplied", "call-" + calls.incrementAndGet())));

        assertThat(result.isSuccess()).isTrue();
        FakeCollector.Request request = collector.onlyRequest();
        assertThat(request.headers().getFirst("Content-Type")).isEqualTo("application/x-protobuf");
        assertThat(request.headers().getFirst("x-fixed")).isEqualTo("a");
        assertThat(request.headers().getFirst("x-supplied")).isEqualTo("call-1");
        assertThat(ExportTraceServiceRequest.parseFrom(request.body()).getResourceSpansCount())
                .isEqualTo(1);
    }

    @Test
    void redirect_isNeverFollowed() {
        try (FakeCollector thief = FakeCollector.start()) {
            collector.answering(Answer.status(307).header("Location", thief.url("/steal")));

            assertThat(export(builder().addHeader("x-api-key", "s3cret")).isSuccess())
                    .isFalse();

            assertThat(thief.requests()).isEmpty();
        }
    }

    @Test
    void policy_decidesHowOftenAFailureIsTriedAgain() {
        collector.answering(503);
        RetryPolicy policy = RetryPolicy.builder()
                .setMaxAttempts(3)
                .setInitialBackoff(Duration.ofMillis(5))
                .setMaxBackoff(Duration.ofMillis(10))
                .build();

        assertThat(export(builder().setRetryPolicy(policy)).isSuccess()).isFalse();
        assertThat(collector.requests()).hasSize(3);
    }

    @Test
    void policy_isNotAskedWhenTheServerNeverTakesTheBatch() {
        collector.answering(400);

        assertThat(export(builder().setRetryPolicy(RetryPolicy.getDefault())).isSuccess())
                .isFalse();
        assertThat(collector.requests()).hasSize(1);
    }

    /** They are the application's to supply, and for the next attempt anew. */
    @Test
    void timeout_coversHeadersThatAreNotSuppliedAgain() {
        collector.answering(503);
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        OtlpHttpSpanExporterBuilder builder = builder()
                .setTimeout(Duration.ofMillis(500))
                .setRetryPolicy(RetryPolicy.builder()
                        .setInitialBackoff(Duration.ofMillis(5))
                        .build())
                .setHeaders(() -> {
                    if (asked.incrementAndGet() > 1) {
                        awaitUninterruptibly(over);
                    }
                    return Map.of();
                });

        CompletableResultCode result = export(builder);

        assertThat(result.isDone()).isTrue();
        assertThat(result.isSuccess()).isFalse();
        assertThat(asked).hasValue(2);
        over.countDown();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // What hangs does not listen.
            }
        }
    }

    @Test
    void timeout_coversTheWholeExchange() throws Exception {
        try (RawServer server = RawServer.start(RawServer.HANG)) {
            CompletableResultCode result =
                    export(builder().setEndpoint(server.url()).setTimeout(Duration.ofMillis(300)));

            assertThat(result.isDone()).isTrue();
            assertThat(result.isSuccess()).isFalse();
        }
    }

    @Test
    void proxy_isUsedWhenSet() {
        URI proxy = URI.create(collector.url("/"));

        CompletableResultCode result = export(builder()
                .setEndpoint("http://collector.invalid:4318/v1/traces")
                .setProxy(ProxyOptions.create(new InetSocketAddress(proxy.getHost(), proxy.getPort()))));

        assertThat(result.isSuccess()).isTrue();
        assertThat(collector.onlyRequest().headers().getFirst("Host")).isEqualTo("collector.invalid:4318");
    }

    @Test
    void executor_isUsedWhenSetAndLeftRunning() {
        List<String> threads = new CopyOnWriteArrayList<>();
        ExecutorService executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "given-" + threads.size());
            threads.add(thread.getName());
            return thread;
        });
        try {
            assertThat(export(builder().setExecutorService(executor)).isSuccess())
                    .isTrue();

            assertThat(threads).isNotEmpty();
            assertThat(executor.isShutdown()).isFalse();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void shutdown_whileAMessageWaitsForItsNextAttempt_failsIt() {
        collector.answering(503);
        CompletableResultCode result = shutDownAfter(
                exporter -> await().until(() -> !collector.requests().isEmpty()));

        assertThat(result.isSuccess()).isFalse();
    }

    @Test
    void shutdown_whileAMessageIsUnderWay_failsIt() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            CompletableResultCode result = shutDownAfter(
                    builder().setEndpoint("http://127.0.0.1:" + silent.getLocalPort() + "/v1/traces"), exporter -> {
                        try (Socket connected = silent.accept()) {
                            assertThat(connected.getInputStream().read()).isPositive();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });

            assertThat(result.isSuccess()).isFalse();
        }
    }

    private CompletableResultCode shutDownAfter(Consumer<OtlpHttpSpanExporter> sent) {
        return shutDownAfter(builder(), sent);
    }

    private static CompletableResultCode shutDownAfter(
            OtlpHttpSpanExporterBuilder builder, Consumer<OtlpHttpSpanExporter> sent) {
        OtlpHttpSpanExporter exporter = builder.setRetryPolicy(RetryPolicy.builder()
                        .setInitialBackoff(Duration.ofSeconds(10))
                        .setMaxBackoff(Duration.ofSeconds(10))
                        .build())
                .build();
        CompletableResultCode result = exporter.export(TestSpans.many(2));
        sent.accept(exporter);
        CompletableResultCode unused = exporter.shutdown();
        assertThat(result.join(10, TimeUnit.SECONDS).isDone()).isTrue();
        return result;
    }
}
