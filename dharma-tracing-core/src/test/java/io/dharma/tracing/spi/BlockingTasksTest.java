package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.spi.BlockingTasks.Lane;
import io.dharma.tracing.spi.BlockingTasks.Later;
import io.dharma.tracing.testsupport.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
@Timeout(30)
class BlockingTasksTest {

    private final BlockingTasks tasks = new BlockingTasks(DaemonThreads::of);
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        over.countDown();
    }

    private void hang() {
        while (over.getCount() > 0) {
            try {
                over.await();
            } catch (InterruptedException e) {
                // Nor does what hangs listen.
            }
        }
    }

    /** Until the test is over; returns when it does. */
    private void hang(Lane lane) throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        assertThat(lane.offer(() -> {
                    hangs.countDown();
                    hang();
                }))
                .isTrue();
        assertThat(hangs.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tasksOfALane_runInTheirOrder() {
        Lane lane = tasks.newLane(1_000);
        ConcurrentLinkedQueue<Integer> ran = new ConcurrentLinkedQueue<>();

        for (int i = 0; i < 1_000; i++) {
            int number = i;
            assertThat(lane.offer(() -> ran.add(number))).isTrue();
        }

        await().until(() -> ran.size() == 1_000);
        assertThat(ran)
                .containsExactlyElementsOf(IntStream.range(0, 1_000).boxed().toList());
    }

    @Test
    void tasksThatComeBack_shareOneThread() {
        Set<String> names = ConcurrentHashMap.newKeySet();
        ConcurrentLinkedQueue<Integer> ran = new ConcurrentLinkedQueue<>();

        for (int i = 0; i < 20; i++) {
            int number = i;
            assertThat(tasks.newLane(1).offer(() -> {
                        names.add(Thread.currentThread().getName());
                        ran.add(number);
                    }))
                    .isTrue();
        }

        await().until(() -> ran.size() == 20);
        assertThat(names).containsExactly("dharma-blocking");
    }

    @Test
    void laneThatHangs_takesOneThreadAndHoldsUpNoOther() throws InterruptedException {
        Lane hanging = tasks.newLane(100);
        Lane other = tasks.newLane(100);
        for (int i = 0; i < 50; i++) {
            assertThat(hanging.offer(this::hang)).isTrue();
        }
        for (int i = 0; i < 20; i++) {
            CountDownLatch ran = new CountDownLatch(1);
            assertThat(other.offer(ran::countDown)).isTrue();
            while (!ran.await(50, TimeUnit.MILLISECONDS)) {
                assertThat(other.offer(() -> {})).isTrue();
            }
        }

        assertThat(threads()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void everyLaneThatHangs_takesAThreadAndTheRestGoesOn() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            CountDownLatch hangs = new CountDownLatch(1);
            Lane lane = tasks.newLane(10);
            assertThat(lane.offer(() -> {
                        hangs.countDown();
                        hang();
                    }))
                    .isTrue();
            while (!hangs.await(50, TimeUnit.MILLISECONDS)) {
                assertThat(tasks.newLane(1).offer(() -> {})).isTrue();
            }
        }
        assertThat(threads()).hasSize(5);

        over.countDown();
        CountDownLatch ran = new CountDownLatch(1);
        assertThat(tasks.newLane(1).offer(ran::countDown)).isTrue();
        assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
        await().until(() -> threads().isEmpty());
    }

    @Test
    void laneThatIsFull_takesNoMore() throws InterruptedException {
        Lane lane = tasks.newLane(2);
        hang(lane);

        assertThat(lane.offer(() -> {})).isTrue();
        assertThat(lane.offer(() -> {})).isTrue();
        assertThat(lane.offer(() -> {})).isFalse();
        assertThatThrownBy(() -> lane.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    /** Nor is there a thread left to keep the time. */
    @Test
    void scheduledTask_runsAlsoWhileAnotherLaneHangs() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        Later unused = tasks.newLane(1).schedule(ran::countDown, Duration.ofMillis(300));
        hang(tasks.newLane(1));

        await().until(() -> {
            tasks.help();
            return ran.getCount() == 0;
        });
    }

    /** A thread that has waited for long enough ends at the very moment in which it is given something. */
    @Test
    void taskThatComesWhenAThreadIsAboutToEnd_runs() throws InterruptedException {
        Lane lane = tasks.newLane(10);
        hang(tasks.newLane(1));

        for (int i = 0; i < 30; i++) {
            CountDownLatch ran = new CountDownLatch(1);
            assertThat(lane.offer(ran::countDown)).isTrue();
            while (!ran.await(10, TimeUnit.MILLISECONDS)) {
                tasks.help();
            }
            // Around the time after which an idle thread ends, to within some tens of microseconds.
            LockSupport.parkNanos(100_000_000 - 500_000 + i * 30_000L);
        }
    }

    @Test
    void taskThatIsRemoved_neverRuns() throws InterruptedException {
        Lane lane = tasks.newLane(10);
        List<String> ran = new ArrayList<>();
        Runnable unwanted = () -> ran.add("unwanted");
        CountDownLatch last = new CountDownLatch(1);
        hang(lane);
        assertThat(lane.offer(unwanted)).isTrue();
        assertThat(lane.offer(last::countDown)).isTrue();

        assertThat(lane.remove(unwanted)).isTrue();
        assertThat(lane.remove(unwanted)).isFalse();
        over.countDown();

        await().until(() -> last.getCount() == 0);
        assertThat(ran).isEmpty();
    }

    @Test
    void taskThatIsInAHurry_doesNotWaitForOtherLanes() throws InterruptedException {
        hang(tasks.newLane(1));
        CountDownLatch ran = new CountDownLatch(1);

        assertThat(tasks.newLane(1).offerNow(ran::countDown)).isTrue();

        assertThat(ran.await(400, TimeUnit.MILLISECONDS)).isTrue();
    }

    /** What waited before it, and may hang as well, does not take the thread that is started for it. */
    @Test
    void taskThatIsInAHurry_comesBeforeThoseThatWait() throws InterruptedException {
        hang(tasks.newLane(1));
        assertThat(tasks.newLane(1).offer(this::hang)).isTrue();
        CountDownLatch ran = new CountDownLatch(1);

        assertThat(tasks.newLane(1).offerNow(ran::countDown)).isTrue();

        assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void taskForWhichThereIsNoThread_runsWhenThereIsOne() {
        NoThreads threads = new NoThreads();
        BlockingTasks few = new BlockingTasks(threads::make);
        ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();

        assertThat(few.newLane(1).offer(() -> ran.add("first"))).isTrue();
        Later unused = few.newLane(1).schedule(() -> ran.add("second"), Duration.ofMillis(50));
        threads.are(false);

        await().until(() -> {
            few.help();
            return ran.size() == 2;
        });
        assertThat(ran).containsExactly("first", "second");
    }

    @Test
    void taskThatIsInAHurry_isTurnedAwayIfThereIsNoThread() {
        NoThreads threads = new NoThreads();
        Lane lane = threads.lane(10);
        ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();

        assertThat(lane.offerNow(() -> ran.add("in a hurry"))).isFalse();
        threads.are(false);
        assertThat(lane.offer(() -> ran.add("later"))).isTrue();

        await().until(() -> !ran.isEmpty());
        assertThat(ran).containsExactly("later");
    }

    @Test
    void taskThatThrows_harmsNobody() {
        Lane lane = tasks.newLane(10);
        CountDownLatch ran = new CountDownLatch(1);

        assertThat(lane.offer(() -> {
                    throw new StackOverflowError("a task");
                }))
                .isTrue();
        assertThat(lane.offer(ran::countDown)).isTrue();

        await().until(() -> ran.getCount() == 0);
    }

    @Test
    void interruptOfATask_doesNotReachTheNext() {
        Lane lane = tasks.newLane(10);
        ConcurrentLinkedQueue<Boolean> interrupted = new ConcurrentLinkedQueue<>();

        assertThat(lane.offer(() -> Thread.currentThread().interrupt())).isTrue();
        assertThat(lane.offer(() -> interrupted.add(Thread.currentThread().isInterrupted())))
                .isTrue();

        await().until(() -> !interrupted.isEmpty());
        assertThat(interrupted).containsExactly(false);
    }

    @Test
    void scheduledTask_runsLaterUnlessItIsCancelled() {
        Lane lane = tasks.newLane(10);
        ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();
        long began = System.nanoTime();

        Later cancelled = lane.schedule(() -> ran.add("cancelled"), Duration.ofMillis(100));
        Later unused = lane.schedule(() -> ran.add("due"), Duration.ofMillis(200));
        cancelled.cancel();

        await().until(() -> !ran.isEmpty());
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(200_000_000);
        assertThat(ran).containsExactly("due");
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("dharma-blocking"))
                .toList();
    }

    // ---- hosts

    @Test
    void hosts_forWhichNothingWaitsAreForgotten() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(BlockingTasks.laneOfHost("idle-" + i).isIdle()).isTrue();
        }

        assertThat(BlockingTasks.hosts()).isLessThanOrEqualTo(64);
    }

    @Test
    void hosts_thatHangAndAreManyShareALane() {
        for (int i = 0; i < 200; i++) {
            assertThat(BlockingTasks.laneOfHost("hangs-" + i).offer(this::hang)).isTrue();
        }

        assertThat(BlockingTasks.hosts()).isLessThanOrEqualTo(64);
        assertThat(BlockingTasks.laneOfHost("one-more")).isSameAs(BlockingTasks.laneOfHost("another"));
    }
}
