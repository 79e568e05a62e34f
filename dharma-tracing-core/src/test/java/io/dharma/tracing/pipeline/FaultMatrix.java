package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import io.dharma.tracing.testsupport.faults.Nemesis;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every trouble at every time, for one kind of sink and its real receiver: nothing is lost, nothing is invented, and the
 * books say so.
 */
@ExtendWith(LeakCheck.class)
@Timeout(180)
abstract class FaultMatrix {

    private static final String SECRET = "s3cr3t-4p1-k3y";
    private static final Duration BACK_WITHIN = Duration.ofSeconds(2);
    private static final Duration BACK_FROM_PAUSE_WITHIN = Duration.ofMinutes(5).plusSeconds(10);

    /** When it strikes. */
    enum Phase {
        /** Before the first span. */
        START,
        /** After some were delivered. */
        MID_RUN,
        /** When the receiver comes back from being away. */
        RECOVERY
    }

    /** Where the real receiver takes spans. */
    abstract URI receiver();

    abstract Sink<SpanData> sink(HttpEndpoint endpoint);

    /** The span ids that the receiver has of this trace, each as often as it has it. */
    abstract Collection<String> arrived(String traceId);

    Sink<SpanData> sink(URI uri) {
        return sink(HttpEndpoint.builder(uri.toString())
                .header("X-Api-Key", SECRET)
                .timeout(DeliveryRig.EXCHANGE)
                .build());
    }

    static Stream<Arguments> matrix() {
        return Arrays.stream(Trouble.values())
                .flatMap(trouble -> Arrays.stream(Phase.values()).map(phase -> Arguments.of(trouble, phase)));
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("matrix")
    void trouble_losesNothing(Trouble trouble, Phase phase) {
        try (FaultProxy proxy = FaultProxy.to(receiver())) {
            if (phase == Phase.START) {
                proxy.set(trouble.fault());
            }
            try (DeliveryRig rig = DeliveryRig.to(sink(proxy.uri()))) {
                if (phase != Phase.START) {
                    rig.emit(25);
                    rig.awaitDelivered();
                }
                if (phase == Phase.RECOVERY) {
                    proxy.set(Fault.refuse());
                    rig.emit(60);
                    rig.await(() -> rig.sink().state() == SinkState.DEGRADED
                            && rig.sink().inFlight() == 0);
                }
                proxy.set(trouble.fault());
                endure(rig, trouble, phase);
                recover(rig, proxy, trouble);
                assertNothingLost(rig);
                rig.assertDiscreet(SECRET, rig.traceId());
            }
        }
    }

    private static void endure(DeliveryRig rig, Trouble trouble, Phase phase) {
        // One attempt at a time is made in an outage, so that only the first failure may still be due to it.
        long failures = rig.sink().failedDeliveries() + (phase == Phase.RECOVERY ? 1 : 0);
        rig.emit(60);
        if (trouble.becomes() == SinkState.HEALTHY) {
            rig.awaitDelivered();
            return;
        }
        rig.await(() -> rig.sink().failedDeliveries() > failures && rig.sink().state() == trouble.becomes());
        assertThat(rig.sink().droppedTotal()).isZero();
        assertThat(rig.sink().lastError()).isNotBlank();
    }

    private static void recover(DeliveryRig rig, FaultProxy proxy, Trouble trouble) {
        Duration before = rig.skipped();
        proxy.set(Fault.pass());
        rig.awaitState(SinkState.HEALTHY);
        Duration within = trouble.becomes() == SinkState.PAUSED ? BACK_FROM_PAUSE_WITHIN : BACK_WITHIN;
        assertThat(rig.skipped().minus(before)).isLessThanOrEqualTo(within.plus(DeliveryRig.STEP));
        rig.awaitDelivered();
    }

    private void assertNothingLost(DeliveryRig rig) {
        Collection<String> arrived = awaitArrival(rig);
        rig.history().deliveredAll(arrived);
        rig.history().check(rig.account());
        assertThat(rig.history().missing()).isEmpty();
        assertThat(rig.account().dropped()).isEmpty();
        assertThat(rig.stats().workerFaults()).isZero();
    }

    /** A receiver may take its time between taking spans and showing them. Whether it did, the history will say. */
    private Collection<String> awaitArrival(DeliveryRig rig) {
        try {
            Awaitility.await()
                    .conditionEvaluationListener(null)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> Set.copyOf(arrived(rig.traceId())).size()
                            >= rig.history().emittedCount());
        } catch (ConditionTimeoutException e) {
            return arrived(rig.traceId());
        }
        return arrived(rig.traceId());
    }

    // ---- all of them, in an order that a seed decides

    private static final List<Fault> STRIKES = Stream.of(Trouble.values())
            .filter(trouble -> trouble.becomes() != SinkState.PAUSED)
            .map(Trouble::fault)
            .toList();

    static LongStream seeds() {
        long[] ordinary = DeliveryRig.TORTURE ? new Random().longs(3).toArray() : new long[] {3, 20};
        return LongStream.of(ordinary).map(Nemesis::seed).distinct();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Timeout(600)
    void nemesis_losesNothing(long seed) throws InterruptedException {
        Duration length = DeliveryRig.TORTURE ? Duration.ofMinutes(2) : Duration.ofSeconds(3);
        Duration longest = DeliveryRig.TORTURE ? Duration.ofSeconds(12) : Duration.ofMillis(700);
        Nemesis nemesis = Nemesis.schedule(seed, length, Duration.ofMillis(100), longest, STRIKES);
        try (FaultProxy proxy = FaultProxy.to(receiver());
                DeliveryRig rig = DeliveryRig.to(sink(proxy.uri()))) {
            nemesis.torment(proxy, () -> emitFor(rig, length));
            nemesis.check(() -> {
                rig.awaitDelivered();
                assertNothingLost(rig);
                assertThat(rig.sink().failedDeliveries()).isPositive();
            });
        }
    }

    /** About 500 a second, from a thread that has nothing else to do with the pipeline. */
    private static void emitFor(DeliveryRig rig, Duration length) throws InterruptedException {
        AtomicBoolean enough = new AtomicBoolean();
        Thread host = new Thread(() -> {
            while (!enough.get()) {
                rig.emit(5);
                pause(Duration.ofMillis(10));
            }
        });
        host.start();
        long until = System.nanoTime() + length.toNanos();
        rig.await(() -> System.nanoTime() - until > 0);
        enough.set(true);
        host.join();
    }

    private static void pause(Duration pause) {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
