package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.InMemorySpanSink;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.trace.TracedBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starting, closing and working in a race, a thousand times each.
 *
 * <p>How the interleavings are varied: all threads of a round leave a barrier together, and each then spins for a
 * random while of its own before it does its part. The whiles are drawn anew for each round, evenly over a range whose
 * length is itself drawn from 0 to 2 ms with the short ones more often: so some rounds collide within
 * a few instructions, and some only touch each other's ends. The seed is printed; {@code -Drace.seed} repeats it, as
 * far as threads can be repeated.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class StartStopRaceTest {

    private static final int ROUNDS = Boolean.getBoolean("torture") ? 20_000 : 1_000;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final long SEED = Long.getLong("race.seed", System.nanoTime());
    private static final Logger LOG = LoggerFactory.getLogger(StartStopRaceTest.class);
    private static final ExecutorService RACERS = Executors.newCachedThreadPool(task -> new Thread(task, "racer"));

    private final SplittableRandom random = new SplittableRandom(SEED);

    @BeforeAll
    static void sayTheSeed() {
        LOG.info("-Drace.seed={}", SEED);
    }

    @AfterAll
    static void stopRacers() {
        RACERS.shutdown();
    }

    private static DharmaConfig config() {
        return DharmaConfig.builder()
                .service("racer")
                .shutdownHook(false)
                .tracing(t -> t.inMemory())
                .build();
    }

    /** Does all of it at once, more or less; throws what any of it throws. */
    private <T> List<T> race(List<Callable<T>> parts) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(parts.size());
        double skewed = random.nextDouble();
        long range = (long) (skewed * skewed * skewed * TimeUnit.MILLISECONDS.toNanos(2));
        List<Future<T>> racing = new ArrayList<>();
        for (Callable<T> part : parts) {
            long pause = range == 0 ? 0 : random.nextLong(range);
            racing.add(RACERS.submit(() -> {
                barrier.await();
                long until = System.nanoTime() + pause;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                return part.call();
            }));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> one : racing) {
            results.add(one.get(60, TimeUnit.SECONDS));
        }
        return results;
    }

    @Test
    void initAgainstInit_isOneInstance() throws Exception {
        DharmaConfig config = config();
        for (int round = 0; round < ROUNDS; round++) {
            Callable<DharmaTracing> init = () -> DharmaTracing.init(config);
            List<DharmaTracing> instances = race(List.of(init, init, init));
            DharmaTracing first = instances.get(0);

            assertThat(instances).allMatch(instance -> instance == first);
            assertWorks(first);
            first.close();
            assertIsNothing(first);
        }
    }

    @Test
    void initAgainstClose_isTheSameInstanceOrAFreshOneThatWorks() throws Exception {
        DharmaConfig config = config();
        int fresh = 0;
        for (int round = 0; round < ROUNDS; round++) {
            DharmaTracing before = DharmaTracing.init(config);
            DharmaTracing got = race(List.<Callable<DharmaTracing>>of(() -> DharmaTracing.init(config), () -> {
                        before.close();
                        return before;
                    }))
                    .get(0);

            assertIsNothing(before);
            if (got != before) {
                fresh++;
                assertWorks(got);
                got.close();
            }
            assertIsNothing(got);
        }
        LOG.info("init() against close(): {} of {} times a fresh instance", fresh, ROUNDS);
        assertThat(fresh).as("it went both ways").isBetween(1, ROUNDS - 1);
    }

    @Test
    void closeAgainstBlocksAndFlushes_keepsExactAccounts() throws Exception {
        DharmaConfig config = config();
        int lateBlocks = 0;
        for (int round = 0; round < ROUNDS; round++) {
            DharmaTracing dharma = DharmaTracing.init(config);
            Callable<Integer> tracing = () -> traceSome(dharma);
            int bodies = race(List.<Callable<Integer>>of(
                            tracing,
                            tracing,
                            () -> {
                                boolean unused = dharma.flush(LONG);
                                return 0;
                            },
                            () -> {
                                dharma.close();
                                return 0;
                            }))
                    .stream()
                    .mapToInt(Integer::intValue)
                    .sum();

            assertThat(bodies).as("every body ran").isEqualTo(2 * BLOCKS);
            lateBlocks += assertExact(dharma);
            assertIsNothing(dharma);
        }
        LOG.info("close() against blocks: {} of {} blocks began or ended too late", lateBlocks, 2 * BLOCKS * ROUNDS);
        assertThat(lateBlocks).as("it went both ways").isBetween(1, 2 * BLOCKS * ROUNDS - 1);
    }

    private static final int BLOCKS = 20;

    private static int traceSome(DharmaTracing dharma) {
        int bodies = 0;
        for (int i = 0; i < BLOCKS; i += 2) {
            bodies += dharma.<Integer, RuntimeException>traced("outer", outer -> {
                outer.attribute("kind", "race");
                return 1 + dharma.<Integer, RuntimeException>traced("inner", inner -> 1);
            });
        }
        return bodies;
    }

    /** Returns how many blocks were not delivered. */
    private static int assertExact(DharmaTracing dharma) {
        Health health = dharma.health();
        InMemorySpanSink memory = dharma.inMemory().orElseThrow();
        ExporterHealth exporter = health.exporters().get(0);
        long dropped =
                exporter.dropped().values().stream().mapToLong(Long::longValue).sum();
        assertThat(health.blocks().started()).isEqualTo(health.blocks().ended());
        assertThat(memory.spans()).hasSize((int) exporter.sent());
        assertThat(exporter.sent() + dropped)
                .as("%s", health.report())
                .isEqualTo(health.blocks().ended());
        assertThat(health.contained().callbacks() + health.contained().workers())
                .isZero();
        return 2 * BLOCKS - (int) exporter.sent();
    }

    private static void assertWorks(DharmaTracing dharma) {
        dharma.tracedRun("works", block -> assertThat(block.isRecording()).isTrue());
        assertThat(dharma.flush(LONG)).isTrue();
        assertThat(dharma.inMemory().orElseThrow().spansNamed("works")).hasSize(1);
    }

    /** Closed: whatever is called does nothing, and no block counts any more. */
    private static void assertIsNothing(DharmaTracing closed) {
        closed.close();
        int spans = closed.inMemory().orElseThrow().spans().size();
        try (TracedBlock late = closed.start("late")) {
            late.attribute("key", "value").fail(new IllegalStateException("late"));
        }
        boolean unused = closed.flush(Duration.ZERO);
        assertThat(closed.inMemory().orElseThrow().spans()).hasSize(spans);
    }
}
