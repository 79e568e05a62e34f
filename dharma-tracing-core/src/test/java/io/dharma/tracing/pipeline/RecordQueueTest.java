package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordQueueTest {

    @Test
    void ordinaryRecords_leaveAQuarterOfTheBytesToThoseOfHighPriority() {
        RecordQueue<String> queue = new RecordQueue<>(1_000);

        assertThat(queue.offer("r", 750, Priority.NORMAL)).isEqualTo(Ring.Outcome.ACCEPTED);
        assertThat(queue.offer("r", 1, Priority.NORMAL)).isEqualTo(Ring.Outcome.FULL);
        assertThat(queue.offer("r", 250, Priority.HIGH)).isEqualTo(Ring.Outcome.ACCEPTED);
        assertThat(queue.offer("r", 1, Priority.HIGH)).isEqualTo(Ring.Outcome.FULL);
        assertThat(queue.bytes()).isEqualTo(1_000);
    }

    @Test
    void poll_takesHighPriorityFirst() {
        RecordQueue<String> queue = new RecordQueue<>(1_000);
        queue.offer("ordinary", 1, Priority.NORMAL);
        queue.offer("high", 2, Priority.HIGH);

        assertThat(queue.poll()).isEqualTo("high");
        assertThat(queue.polledPriority()).isEqualTo(Priority.HIGH);
        assertThat(queue.polledSize()).isEqualTo(2);
        assertThat(queue.poll()).isEqualTo("ordinary");
        assertThat(queue.polledPriority()).isEqualTo(Priority.NORMAL);
        assertThat(queue.polledSize()).isEqualTo(1);
    }

    @Test
    void bytes_stayReservedUntilReleased() {
        RecordQueue<String> queue = new RecordQueue<>(1_000);
        queue.offer("r", 600, Priority.NORMAL);
        queue.poll();
        queue.giveBack();

        assertThat(queue.offer("r", 600, Priority.NORMAL)).isEqualTo(Ring.Outcome.FULL);
        queue.release(600);
        assertThat(queue.offer("r", 600, Priority.NORMAL)).isEqualTo(Ring.Outcome.ACCEPTED);
    }

    @Test
    void aFullQueueOfSlots_givesItsBytesBack() {
        RecordQueue<String> queue = new RecordQueue<>(1 << 20, 64);
        for (int i = 0; i < 64; i++) {
            queue.offer("r", 1, Priority.NORMAL);
        }

        assertThat(queue.offer("r", 1, Priority.NORMAL)).isEqualTo(Ring.Outcome.FULL);
        assertThat(queue.bytes()).isEqualTo(64);
    }

    @Test
    void close_isSaidAlsoWhenNoRoomIsLeft() {
        RecordQueue<String> queue = new RecordQueue<>(1_000);
        queue.offer("r", 750, Priority.NORMAL);

        queue.close();

        assertThat(queue.offer("r", 750, Priority.NORMAL)).isEqualTo(Ring.Outcome.CLOSED);
        assertThat(queue.offer("r", 1, Priority.HIGH)).isEqualTo(Ring.Outcome.CLOSED);
    }

    @Test
    void underContention_theBytesNeverExceedTheBudgetAndAllComeBack() throws InterruptedException {
        long budget = 10_000;
        RecordQueue<Integer> queue = new RecordQueue<>(budget);
        AtomicLong accepted = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < 3; p++) {
            Priority priority = p == 0 ? Priority.HIGH : Priority.NORMAL;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    if (queue.offer(i, 1 + i % 300, priority) == Ring.Outcome.ACCEPTED) {
                        accepted.incrementAndGet();
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }

        long polled = 0;
        long held = 0;
        while (threads.stream().anyMatch(Thread::isAlive) || queue.waiting() > 0) {
            while (queue.poll() != null) {
                polled++;
                held += queue.polledSize();
                assertThat(held).isLessThanOrEqualTo(budget);
            }
            queue.giveBack();
            queue.release(held);
            held = 0;
        }

        assertThat(polled).isEqualTo(accepted.get());
        assertThat(queue.bytes()).isZero();
    }

    @Test
    void offersAtTheEndOfTheStack_leaveNoHoleAndNoReservedBytes() throws InterruptedException {
        long[] overflows = new long[1];
        for (int round = 0; round < 60; round++) {
            RecordQueue<String> queue = new RecordQueue<>(1 << 20, 4_096);
            int frames = round;
            // Starts a little deeper each time, so that the stack ends in another place of offer().
            Thread deep = new Thread(
                    null, () -> afterFrames(frames, () -> offerFromTheBottom(queue, 0, overflows)), "deep", 256 << 10);
            deep.start();
            deep.join();

            long polled = 0;
            while (queue.poll() != null) {
                polled++;
                queue.release(queue.polledSize());
            }
            assertThat(polled).isEqualTo(queue.accepted()).isPositive();
            assertThat(queue.bytes()).isZero();
        }
        assertThat(overflows[0]).isPositive();
    }

    private static void afterFrames(int frames, Runnable work) {
        if (frames == 0) {
            work.run();
        } else {
            afterFrames(frames - 1, work);
        }
    }

    /** Offers from each of the deepest 2,000 frames. */
    private static int offerFromTheBottom(RecordQueue<String> queue, int depth, long[] overflows) {
        int below = 0;
        try {
            if (depth == Integer.MAX_VALUE) {
                return 0;
            }
            below = offerFromTheBottom(queue, depth + 1, overflows);
        } catch (StackOverflowError expected) {
            below = 0;
        }
        boolean overflown = false;
        if (below < 2_000) {
            try {
                queue.offer("r", 1, Priority.NORMAL);
            } catch (StackOverflowError expected) {
                overflown = true;
            }
        }
        if (overflown) {
            overflows[0]++;
        }
        return below + 1;
    }
}
