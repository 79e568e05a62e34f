package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.spool.SpoolStats;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.faults.KillableCollector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * An outage loses nothing with the spool on: spans are emitted all the time while the collector is killed again and
 * again, and then gone for long. {@code -Ptorture}: 10 million spans, killed 50 times, gone for ten minutes.
 */
@ExtendWith(LeakCheck.class)
class OutageIT {

    private static final boolean TORTURE = Boolean.getBoolean("torture");

    private static final int SPANS = TORTURE ? 10_000_000 : 64_000;
    private static final int SPANS_PER_SECOND = TORTURE ? 14_000 : 8_000;
    private static final int KILLS = TORTURE ? 50 : 2;
    private static final Duration GONE = Duration.ofSeconds(TORTURE ? 600 : 3);

    /** So little that it is the disk that bridges the outage. */
    private static final long MEMORY = 8 << 20;

    private static final long DISK = 32L << 30;
    private static final Duration PATIENCE = Duration.ofMinutes(TORTURE ? 20 : 2);

    @TempDir
    private Path directory;

    @Test
    void outage_losesNothing() throws Exception {
        try (KillableCollector collector = KillableCollector.start(directory.resolve("ids"))) {
            long start = System.nanoTime();
            long[] emitted = new long[SPANS];
            long mostOnDisk;
            try (DharmaTracing dharma = DharmaTracing.init(config -> config.service("checkout")
                    .tracing(t -> t.otlp(collector.uri().toString()))
                    .delivery(d -> d.spool(directory.resolve("spool"))
                            .spoolWithin(DISK, Duration.ofHours(24))
                            .maxQueueBytes(MEMORY)))) {
                Thread emitter = new Thread(() -> emit(dharma, emitted), "emitter");
                emitter.start();
                for (int i = 0; i < KILLS; i++) {
                    collector.kill();
                    TimeUnit.MILLISECONDS.sleep(300);
                    collector.restart();
                    TimeUnit.MILLISECONDS.sleep(700);
                }
                collector.kill();
                TimeUnit.NANOSECONDS.sleep(GONE.toNanos());
                mostOnDisk = spool(dharma).bytes();
                collector.restart();
                emitter.join();

                assertThat(dharma.flush(PATIENCE)).as("%s", dharma.health()).isTrue();
                Health health = dharma.health();
                assertThat(health.exporters()).singleElement().satisfies(otlp -> {
                    assertThat(otlp.sent()).isEqualTo(SPANS);
                    assertThat(otlp.dropped()).isEmpty();
                    assertThat(otlp.queued() + otlp.spooled()).isZero();
                });
                assertThat(spool(dharma).lost()).isZero();
            }
            assertNothingLost(emitted, collector.arrived(), mostOnDisk, System.nanoTime() - start);
        }
    }

    private static SpoolStats spool(DharmaTracing dharma) {
        return Objects.requireNonNull(dharma.health().spool());
    }

    /** Who was held up catches up at twice the pace, as a service does with requests that had to wait; not at once. */
    private static void emit(DharmaTracing dharma, long[] emitted) {
        long start = System.nanoTime();
        int mostInOneMilli = 2 * SPANS_PER_SECOND / 1_000;
        for (int i = 0; i < emitted.length; ) {
            long late = (System.nanoTime() - start) * SPANS_PER_SECOND / 1_000_000_000L;
            long due = Math.min(Math.min(emitted.length, i + mostInOneMilli), late);
            for (; i < due; i++) {
                int number = i;
                emitted[i] = Long.parseUnsignedLong(
                        dharma.traced(
                                "load-order",
                                block -> block.attribute("order.id", number).spanId()),
                        16);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void assertNothingLost(long[] emitted, long[] arrived, long mostOnDisk, long nanos) {
        Arrays.sort(emitted);
        long[] distinct = LongStream.of(arrived).distinct().toArray();
        System.out.printf(
                Locale.ROOT,
                "OutageIT: %,d spans, collector killed %d times and gone for %d s: %,d lost, %,d arrived twice,"
                        + " %,d MiB on disk, took %,d s%n",
                emitted.length,
                KILLS,
                GONE.toSeconds(),
                emitted.length - distinct.length,
                arrived.length - distinct.length,
                mostOnDisk >> 20,
                TimeUnit.NANOSECONDS.toSeconds(nanos));
        assertThat(Arrays.equals(distinct, emitted))
                .as("those that arrived are those that were emitted")
                .isTrue();
    }
}
