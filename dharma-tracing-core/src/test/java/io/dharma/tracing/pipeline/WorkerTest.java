package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkerTest {

    private final AtomicInteger turns = new AtomicInteger();
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
        Worker worker = new Worker("dharma-test", () -> {
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
                new IllegalStateException(),
                new OutOfMemoryError(),
                new StackOverflowError(),
                new NoClassDefFoundError(),
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

    @Test
    void interrupt_neitherEndsItNorMakesItSpin() {
        Worker worker = start(() -> {
            turns.incrementAndGet();
            return TimeUnit.HOURS.toNanos(1);
        });
        await().until(() -> turns.get() == 1);

        worker.interrupt();

        await().until(() -> turns.get() == 2);
        await().during(Duration.ofMillis(50)).until(() -> turns.get() == 2);
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
        Worker started = new Worker("dharma-test", task);
        worker = started;
        started.start();
        return started;
    }
}
