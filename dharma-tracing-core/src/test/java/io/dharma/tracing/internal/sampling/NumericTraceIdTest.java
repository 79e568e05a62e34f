package io.dharma.tracing.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NumericTraceIdTest {

    @Test
    void undated_looksAtTheClockOnceAndOnlyWhenAsked() {
        AtomicLong looks = new AtomicLong();
        NumericTraceId id = NumericTraceId.undated(0x8448eb211c80319cL, () -> looks.incrementAndGet() << 16);

        assertThat(id.low()).isEqualTo(0x8448eb211c80319cL);
        assertThat(id.isUndated()).isTrue();
        assertThat(looks).hasValue(0);

        assertThat(id.text()).isEqualTo("00000000000100008448eb211c80319c").isSameAs(id.text());
        assertThat(id.high()).isEqualTo(0x10000);
        assertThat(id.isUndated()).isFalse();
        assertThat(looks).hasValue(1);
    }

    @Test
    void undated_datedByItsMaker_neverLooksAtTheClock() {
        NumericTraceId id = NumericTraceId.undated(1, () -> {
            throw new AssertionError("asked");
        });
        id.date(2);

        assertThat(id.text()).isEqualTo("00000000000000020000000000000001");
    }

    @Test
    void undated_askedByManyThreadsAtOnce_isOneId() throws Exception {
        int threads = 4;
        AtomicLong time = new AtomicLong();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 500; round++) {
                NumericTraceId id = NumericTraceId.undated(1, time::incrementAndGet);
                CyclicBarrier barrier = new CyclicBarrier(threads);
                Set<String> seen = Collections.newSetFromMap(new ConcurrentHashMap<>());
                for (Future<?> asked : IntStream.range(0, threads)
                        .<Future<?>>mapToObj(i -> executor.submit(() -> {
                            barrier.await();
                            return seen.add(id.text());
                        }))
                        .toList()) {
                    asked.get(10, TimeUnit.SECONDS);
                }
                assertThat(seen).hasSize(1);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Ids of systems with 64 bits, which other services send. */
    @Test
    void of_highHalfZero_isComplete() {
        NumericTraceId id = NumericTraceId.of("00000000000000008448eb211c80319c");

        assertThat(id.isUndated()).isFalse();
        assertThat(id.high()).isZero();
        assertThat(id).hasToString("00000000000000008448eb211c80319c").isEqualTo(NumericTraceId.of(0, id.low()));
    }

    @Test
    void of_invalidText_isZero() {
        assertThat(NumericTraceId.of("x").low()).isZero();
        assertThat(NumericTraceId.of("x")).hasToString("00000000000000000000000000000000");
    }
}
