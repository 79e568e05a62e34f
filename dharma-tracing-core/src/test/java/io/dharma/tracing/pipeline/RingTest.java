package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RingTest {

    @Test
    void poll_returnsWhatWasOfferedInOrderWithItsSize() {
        Ring<String> ring = new Ring<>(4);

        for (int round = 0; round < 10; round++) {
            ring.offer("a" + round, 1, -1);
            ring.offer("b" + round, 2, -1);

            assertThat(ring.poll()).isEqualTo("a" + round);
            assertThat(ring.polledSize()).isEqualTo(1);
            assertThat(ring.poll()).isEqualTo("b" + round);
            assertThat(ring.polledSize()).isEqualTo(2);
            assertThat(ring.poll()).isNull();
            ring.giveBack();
        }
    }

    @Test
    void offer_isRefusedWhenFullUntilSlotsAreGivenBack() {
        Ring<String> ring = new Ring<>(4);
        for (int i = 0; i < 4; i++) {
            assertThat(ring.offer("r", 1, -1)).isEqualTo(Ring.Outcome.ACCEPTED);
        }

        assertThat(ring.offer("r", 1, -1)).isEqualTo(Ring.Outcome.FULL);
        ring.poll();
        assertThat(ring.offer("r", 1, -1)).isEqualTo(Ring.Outcome.FULL);
        ring.giveBack();
        assertThat(ring.offer("r", 1, -1)).isEqualTo(Ring.Outcome.ACCEPTED);
        assertThat(ring.offer("r", 1, -1)).isEqualTo(Ring.Outcome.FULL);
    }

    @Test
    void slots_areMadeAsTheyAreNeeded_andAllCapacityCanBeUsed() {
        Ring<Integer> ring = new Ring<>(1 << 11);
        assertThat(ring.poll()).isNull();

        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1 << 11; i++) {
                assertThat(ring.offer(i, 1, -1)).isEqualTo(Ring.Outcome.ACCEPTED);
            }
            assertThat(ring.offer(-1, 1, -1)).isEqualTo(Ring.Outcome.FULL);
            for (int i = 0; i < 1 << 11; i++) {
                assertThat(ring.poll()).isEqualTo(i);
            }
            assertThat(ring.poll()).isNull();
            ring.giveBack();
        }
    }

    /** The time in which a ring grows is short, so many rings grow. */
    @Test
    void manyProducersWhileItGrows_loseNothing() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            Ring<Integer> ring = new Ring<>(1 << 13);
            List<Thread> threads = new ArrayList<>();
            CountDownLatch running = new CountDownLatch(3);
            for (int p = 0; p < 3; p++) {
                threads.add(start(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        ring.offer(i, 1, -1);
                    }
                    running.countDown();
                }));
            }
            int polled = 0;
            while (polled < 6_000 && (running.getCount() > 0 || ring.claimed() > polled)) {
                polled += ring.poll() == null ? 0 : 1;
            }
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(polled).isEqualTo(6_000);
            assertThat(ring.poll()).isNull();
        }
    }

    @Test
    void close_refusesFurtherOffersAndKeepsWhatIsThere() {
        Ring<String> ring = new Ring<>(4);
        ring.offer("r", 1, -1);

        ring.close();

        assertThat(ring.offer("late", 1, -1)).isEqualTo(Ring.Outcome.CLOSED);
        assertThat(ring.claimed()).isEqualTo(1);
        assertThat(ring.poll()).isEqualTo("r");
    }

    @Test
    void manyProducers_loseNothingDuplicateNothingAndKeepTheirOrder() throws InterruptedException {
        // Small, so that it wraps around and is full most of the time.
        Ring<long[]> ring = new Ring<>(64);
        int producers = 4;
        int each = 50_000;
        AtomicLong refused = new AtomicLong();
        CountDownLatch running = new CountDownLatch(producers);
        for (int p = 0; p < producers; p++) {
            int producer = p;
            start(() -> {
                for (int i = 0; i < each; i++) {
                    long[] record = {producer, i};
                    while (ring.offer(record, sizeOf(producer, i), -1) != Ring.Outcome.ACCEPTED) {
                        refused.incrementAndGet();
                        LockSupport.parkNanos(1);
                    }
                }
                running.countDown();
            });
        }

        long[] last = new long[producers];
        Arrays.fill(last, -1);
        long taken = 0;
        boolean lastLook = false;
        while (true) {
            long[] record = ring.poll();
            if (record == null) {
                ring.giveBack();
                if (lastLook) {
                    break;
                }
                lastLook = running.getCount() == 0;
                continue;
            }
            lastLook = false;
            taken++;
            int producer = (int) record[0];
            assertThat(record[1]).isEqualTo(last[producer] + 1);
            last[producer] = record[1];
            assertThat(ring.polledSize()).isEqualTo(sizeOf(producer, record[1]));
        }

        assertThat(taken).isEqualTo((long) producers * each).isEqualTo(ring.claimed());
        assertThat(refused).as("the ring was full now and then").hasPositiveValue();
    }

    @Test
    void closeWhileProducersOffer_countsExactlyWhatWasAccepted() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            Ring<String> ring = new Ring<>(1 << 12);
            AtomicLongArray accepted = new AtomicLongArray(3);
            List<Thread> threads = new ArrayList<>();
            AtomicBoolean go = new AtomicBoolean();
            for (int p = 0; p < 3; p++) {
                int producer = p;
                threads.add(start(() -> {
                    while (!go.get()) {
                        Thread.onSpinWait();
                    }
                    while (ring.offer("r", 1, -1) == Ring.Outcome.ACCEPTED) {
                        accepted.incrementAndGet(producer);
                    }
                }));
            }

            go.set(true);
            while (ring.claimed() < round * 5L) {
                Thread.onSpinWait();
            }
            ring.close();
            for (Thread thread : threads) {
                thread.join();
            }

            long polled = 0;
            while (ring.poll() != null) {
                polled++;
            }
            assertThat(polled)
                    .isEqualTo(accepted.get(0) + accepted.get(1) + accepted.get(2))
                    .isEqualTo(ring.claimed());
        }
    }

    private static int sizeOf(int producer, long number) {
        return (int) (producer + 10 * number);
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "producer");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
