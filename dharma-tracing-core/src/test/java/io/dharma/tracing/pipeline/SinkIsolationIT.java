package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.DharmaTracerBuilder;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Five sinks, most of them in trouble: neither the fifth nor the application notices. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class SinkIsolationIT {

    private static final int SPANS = 2_000;

    private final OtlpReceiver receiver = OtlpReceiver.start();
    private final List<FaultProxy> proxies = new ArrayList<>();

    @BeforeEach
    void fiveWays() {
        for (int i = 0; i < 5; i++) {
            proxies.add(FaultProxy.to(receiver.tracesEndpoint()));
        }
    }

    @AfterEach
    void close() {
        proxies.forEach(FaultProxy::close);
        receiver.close();
    }

    private void strike(Fault... faults) {
        for (int i = 0; i < faults.length; i++) {
            proxies.get(i).set(faults[i]);
        }
    }

    /** To be closed by whoever gets them: they share their connections from the beginning. */
    private List<Sink<SpanData>> sinks(int count) {
        List<Sink<SpanData>> sinks = new ArrayList<>();
        for (FaultProxy proxy : proxies.subList(0, count)) {
            sinks.add(new Named("otlp-" + sinks.size(), proxy.uri().toString()));
        }
        return sinks;
    }

    /** Sinks of one kind, told apart. */
    private static final class Named implements Sink<SpanData> {

        private final String name;
        private final Sink<SpanData> sink;

        Named(String name, String uri) {
            this.name = name;
            this.sink = OtlpSinks.spans(
                    HttpEndpoint.builder(uri).timeout(DeliveryRig.EXCHANGE).build());
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            return sink.deliver(batch);
        }

        @Override
        public void close(Duration deadline) {
            sink.close(deadline);
        }
    }

    // ---- the fifth

    static Stream<List<Trouble>> troubles() {
        List<Trouble> all = Arrays.stream(Trouble.values())
                .filter(trouble -> trouble.becomes() != SinkState.HEALTHY)
                .toList();
        int last = all.size() - 4;
        return Stream.iterate(0, i -> i < last + 4, i -> i + 4)
                .map(i -> Math.min(i, last))
                .map(i -> all.subList(i, i + 4));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void fifthSink_deliversEverything(List<Trouble> troubles) {
        strike(troubles.stream().map(Trouble::fault).toArray(Fault[]::new));
        try (OtlpReceiver healthy = OtlpReceiver.start()) {
            List<Sink<SpanData>> sinks = sinks(4);
            sinks.add(new Named("healthy", healthy.tracesEndpoint().toString()));
            try (DeliveryRig rig = DeliveryRig.to(sinks, 100)) {
                rig.emit(SPANS);

                rig.await(() -> rig.isSettled(4));

                rig.history().deliveredAll(Spans.ids(healthy));
                rig.history().check(rig.account(4));
                assertThat(rig.history().missing()).isEmpty();
                assertThat(rig.account(4).dropped()).isEmpty();
            }
        }
    }

    @Test
    void hostThatDoesNotExist_concernsItsOwnSinkOnly() {
        Sink<SpanData> nowhere = new Named("nowhere", "http://collector.invalid:4318/v1/traces");
        Sink<SpanData> here = new Named("here", receiver.tracesEndpoint().toString());
        try (DeliveryRig rig = DeliveryRig.to(List.of(nowhere, here), 100)) {
            rig.emit(SPANS);
            rig.await(() -> rig.isSettled(1) && rig.sink().state() == SinkState.DEGRADED);

            assertThat(rig.account(1).delivered()).isEqualTo(SPANS);
            assertThat(rig.account(0).delivered()).isZero();
            assertThat(rig.account(0).spooled()).isEqualTo(SPANS);
            assertThat(rig.sink().lastError()).contains("collector.invalid");
        }
    }

    // ---- the application

    private DharmaTracer tracer() {
        DharmaTracerBuilder builder = DharmaTracer.builder()
                .maxQueueBytes(1 << 20)
                .maxBatchDelay(Duration.ofMillis(10))
                .deliveryTimeout(DeliveryRig.EXCHANGE);
        sinks(5).forEach(builder::sink);
        return builder.build();
    }

    private static void request(DharmaTracer tracer, int number) {
        try (TracedBlock block = tracer.start("place-order")) {
            block.attribute("order.id", number);
            try {
                tracer.tracedRun("charge-card", charge -> {
                    if (number % 10 == 0) {
                        throw new IllegalStateException("declined");
                    }
                });
            } catch (IllegalStateException expected) {
                assertThat(expected).hasMessage("declined");
            }
        }
    }

    @Test
    void caller_doesNoIoAndWaitsForNobodyWhileAllSinksAreInTrouble(@TempDir Path directory) throws Exception {
        strike(Fault.blackhole(), Fault.refuse(), Fault.neverRead(), Fault.resetInRequest(), Fault.answer(503));
        AtomicReference<Throwable> escaped = new AtomicReference<>();
        CountDownLatch warm = new CountDownLatch(1);
        CountDownLatch watched = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        try (DharmaTracer tracer = tracer();
                Recording recording = new Recording()) {
            Thread caller = new Thread(
                    () -> {
                        try {
                            // Until all classes are loaded and all queues are full.
                            for (int i = 0; i < 20_000; i++) {
                                request(tracer, i);
                            }
                            warm.countDown();
                            watched.await();
                            for (int i = 0; i < 20_000; i++) {
                                request(tracer, i);
                            }
                            done.countDown();
                            looked.await();
                        } catch (Throwable e) {
                            escaped.set(e);
                            warm.countDown();
                            done.countDown();
                        }
                    },
                    "host-request");
            caller.start();
            warm.await();
            // With its thread waiting at "watched", which begins before and ends inside of the recording.
            watch(recording);
            watched.countDown();
            done.await();
            recording.stop();
            looked.countDown();
            caller.join();

            assertThat(escaped.get()).isNull();
            assertThat(tracer.health().spans().sinks())
                    .allSatisfy(sink -> assertThat(sink.dropped()).containsKey(DropReason.QUEUE_FULL));
            Path file = directory.resolve("caller.jfr");
            recording.dump(file);
            assertThat(eventsOf("host-request", file))
                    .filteredOn(event -> !isWaitOfTheTest(event) && !isLoadingOfAClass(event))
                    .isEmpty();
            assertThat(eventsOf("dharma-", file))
                    .as("the recording sees what it should")
                    .isNotEmpty();
        }
    }

    private static void watch(Recording recording) {
        Stream.of(
                        "jdk.SocketRead",
                        "jdk.SocketWrite",
                        "jdk.FileRead",
                        "jdk.FileWrite",
                        "jdk.FileForce",
                        "jdk.JavaMonitorEnter",
                        "jdk.JavaMonitorWait",
                        "jdk.ThreadPark",
                        "jdk.ThreadSleep")
                .forEach(event -> recording.enable(event).withoutThreshold().withStackTrace());
        recording.start();
    }

    /** What a thread needs for the first time it reads from a jar, which is the JVM's own doing. */
    private static boolean isLoadingOfAClass(RecordedEvent event) {
        return event.hasField("path") && String.valueOf(event.getString("path")).endsWith(".jar");
    }

    private static boolean isWaitOfTheTest(RecordedEvent event) {
        return event.getStackTrace().getFrames().stream()
                .anyMatch(frame -> frame.getMethod().getType().getName().equals(CountDownLatch.class.getName()));
    }

    private static List<RecordedEvent> eventsOf(String threads, Path file) {
        try {
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event ->
                            event.getThread() != null && event.getThread().getJavaName() != null)
                    .filter(event -> event.getThread().getJavaName().startsWith(threads))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void close_takesNoLongerThanItMayWithEverySinkHanging() {
        strike(
                Fault.blackhole(),
                Fault.neverRead(),
                Fault.blackhole(),
                Fault.neverRead(),
                Fault.drip(Duration.ofHours(1)));
        DharmaTracer tracer = tracer();
        for (int i = 0; i < 100; i++) {
            request(tracer, i);
        }
        long start = System.nanoTime();

        tracer.close(Duration.ofSeconds(1));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        PipelineStats stats = tracer.health().spans();
        Accounts.assertBalanced(stats);
        assertThat(stats.sinks())
                .allSatisfy(sink ->
                        assertThat(sink.delivered() + sink.droppedTotal()).isEqualTo(200));
    }
}
