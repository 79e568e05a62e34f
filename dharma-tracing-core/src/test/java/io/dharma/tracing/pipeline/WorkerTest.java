package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkerTest {

    private final AtomicInteger turns = new AtomicInteger();
    private final WorkerThread thread = new WorkerThread("dharma-test");
    private @Nullable Worker worker;

    @AfterEach
    void stop() throws InterruptedException {
        if (worker != null) {
            worker.stop();
            assertThat(worker.join(TimeUnit.SECONDS.toNanos(10))).isTrue();
        }
    }

    @Test
    void task_getsNoTurnUntilWoken() {
        Worker worker = start(() -> {
            turns.incrementAndGet();
            return Worker.FOREVER;
        });
        await().until(() -> turns.get() == 1);
        await().during(Duration.ofMillis(50)).until(() -> turns.get() == 1);

        worker.wake();

        await().until(() -> turns.get() == 2);
    }

    @Test
    void wakingDuringATurn_earnsAnotherOne() {
        AtomicReference<@Nullable Worker> self = new AtomicReference<>();
        Worker worker = new Worker(thread, () -> {
            Worker own = self.get();
            if (turns.incrementAndGet() < 5 && own != null) {
                own.wake();
            }
            return Worker.FOREVER;
        });
        self.set(worker);
        this.worker = worker;
        worker.start();

        await().until(() -> turns.get() >= 5);
    }

    @Test
    void task_isBackWithinASecondWhateverItThrows() {
        List<Throwable> hostile = List.of(
                new OutOfMemoryError(),
                new StackOverflowError(),
                new NoClassDefFoundError(),
                threadDeath(),
                new InterruptedException());
        Worker worker = start(() -> {
            int turn = turns.getAndIncrement();
            if (turn < hostile.size()) {
                throw ScriptedSinks.sneaky(hostile.get(turn));
            }
            return Worker.FOREVER;
        });

        await().atMost(Duration.ofSeconds(hostile.size())).until(() -> turns.get() == hostile.size() + 1);
        assertThat(worker.faults()).isEqualTo(hostile.size());
    }

    @SuppressWarnings({"deprecation", "removal"})
    private static Throwable threadDeath() {
        return new ThreadDeath();
    }

    @Test
    void interrupt_neitherEndsItNorMakesItSpin() {
        Worker worker = start(() -> {
            turns.incrementAndGet();
            return TimeUnit.HOURS.toNanos(1);
        });
        await().until(() -> turns.get() == 1);

        for (int i = 0; i < 10; i++) {
            threadNamed("dharma-test").interrupt();
        }

        await().during(Duration.ofMillis(50)).until(() -> turns.get() == 1);
        worker.wake();
        await().until(() -> turns.get() == 2);
    }

    @Test
    void interrupt_hitsTheTurnOfItsOwnTaskOnly() {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch never = new CountDownLatch(1);
        Worker neighbour = new Worker(thread, () -> Worker.FOREVER);
        neighbour.start();
        Worker hanging = start(() -> {
            try {
                if (turns.getAndIncrement() == 0) {
                    never.await();
                }
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
            return Worker.FOREVER;
        });
        await().until(() -> turns.get() == 1);

        neighbour.interrupt();
        await().during(Duration.ofMillis(50)).until(() -> !interrupted.get());
        hanging.interrupt();

        await().untilTrue(interrupted);
        neighbour.stop();
    }

    @Test
    void workers_ofOneThreadTakeTurnsAndItEndsWithTheLast() throws InterruptedException {
        AtomicInteger other = new AtomicInteger();
        Worker second = new Worker(thread, () -> {
            other.incrementAndGet();
            return Worker.FOREVER;
        });
        Worker first = start(() -> {
            turns.incrementAndGet();
            return Worker.FOREVER;
        });
        second.start();
        await().until(() -> turns.get() == 1 && other.get() == 1);

        first.stop();
        assertThat(first.join(TimeUnit.SECONDS.toNanos(10))).isTrue();
        second.wake();
        await().until(() -> other.get() == 2);
        second.stop();

        await().until(() -> threadsNamed("dharma-test").isEmpty());
        Worker third = start(() -> {
            turns.incrementAndGet();
            return Worker.FOREVER;
        });
        await().until(() -> turns.get() == 2);
        assertThat(third.isCurrentThread()).isFalse();
    }

    @Test
    void fault_ofOneTaskCostsItsNeighboursNoTurn() {
        AtomicInteger other = new AtomicInteger();
        Worker neighbour = new Worker(thread, () -> {
            other.incrementAndGet();
            return Worker.FOREVER;
        });
        neighbour.start();
        Worker faulty = start(() -> {
            turns.incrementAndGet();
            throw new IllegalStateException();
        });

        await().until(() -> faulty.isResting());
        int before = other.get();
        neighbour.wake();

        await().until(() -> other.get() > before);
        neighbour.stop();
    }

    @Test
    void taskThatKeepsThrowing_restsHoweverOftenItIsWoken() {
        Worker faulty = start(() -> {
            turns.incrementAndGet();
            throw new IllegalStateException();
        });

        await().until(() -> {
            faulty.wake();
            return faulty.isResting();
        });
        int before = turns.get();
        await().during(Duration.ofMillis(300)).until(() -> {
            faulty.wake();
            return turns.get() == before;
        });
        assertThat(before).isEqualTo(6);
    }

    @Test
    void replacedThread_goesOnWithAllTasksAndTheOldOneEnds() {
        AtomicInteger other = new AtomicInteger();
        CountDownLatch stuck = new CountDownLatch(1);
        Worker neighbour = new Worker(thread, () -> {
            other.incrementAndGet();
            return Worker.FOREVER;
        });
        Worker hanging = start(() -> {
            if (turns.getAndIncrement() == 0) {
                awaitUninterruptibly(stuck);
            }
            return Worker.FOREVER;
        });
        await().until(() -> turns.get() == 1);
        neighbour.start();
        await().during(Duration.ofMillis(50)).until(() -> other.get() == 0);

        hanging.replaceThread();

        await().until(() -> turns.get() == 2 && other.get() > 0);
        stuck.countDown();
        await().until(() -> threadsNamed("dharma-test").size() == 1);
        neighbour.stop();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // It is the point that this does not help.
            }
        }
    }

    private static Thread threadNamed(String name) {
        return threadsNamed(name).get(0);
    }

    private static List<Thread> threadsNamed(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }

    @Test
    void thread_keepsNothingOfItsCreatorAlive() {
        AtomicReference<@Nullable ClassLoader> loader = new AtomicReference<>();
        Thread creator = Thread.currentThread();
        ClassLoader before = creator.getContextClassLoader();
        creator.setContextClassLoader(new ClassLoader("webapp", before) {});
        try {
            start(() -> {
                loader.set(Thread.currentThread().getContextClassLoader());
                return Worker.FOREVER;
            });
        } finally {
            creator.setContextClassLoader(before);
        }

        await().until(() -> loader.get() != null);
        assertThat(loader.get()).isSameAs(Worker.class.getClassLoader());
    }

    private Worker start(Worker.Task task) {
        Worker started = new Worker(thread, task);
        worker = started;
        started.start();
        return started;
    }
}
