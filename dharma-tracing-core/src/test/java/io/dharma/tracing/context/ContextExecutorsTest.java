package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContextExecutorsTest {

    private static final ContextKey<String> NAME = ContextKey.named("name");

    private final Context red = Context.root().with(NAME, "red");
    private final Context blue = Context.root().with(NAME, "blue");
    private final ScheduledExecutorService bare = Executors.newScheduledThreadPool(2);
    private final ScheduledExecutorService executor = ContextExecutors.wrap(bare);

    @AfterEach
    void stop() {
        bare.shutdownNow();
    }

    @Test
    void periodicTask_hasItsContextAtEveryRun() {
        List<@Nullable String> seen = new CopyOnWriteArrayList<>();
        ScheduledFuture<?> periodic;
        try (Scope scope = red.makeCurrent()) {
            periodic = executor.scheduleAtFixedRate(() -> seen.add(name()), 0, 1, TimeUnit.MILLISECONDS);
        }
        await().until(() -> seen.size() >= 3);
        periodic.cancel(false);
        assertThat(seen).containsOnly("red");
        assertThat(periodic.isCancelled()).isTrue();
    }

    @Test
    void invokeAllAndAny_carryTheCallersContext() throws Exception {
        Callable<String> task = ContextExecutorsTest::name;
        try (Scope scope = red.makeCurrent()) {
            for (Future<String> future : executor.invokeAll(List.of(task, task, task))) {
                assertThat(future.get()).isEqualTo("red");
            }
            for (Future<String> future : executor.invokeAll(List.of(task, task), 30, TimeUnit.SECONDS)) {
                assertThat(future.get()).isEqualTo("red");
            }
            assertThat(executor.invokeAny(List.of(task))).isEqualTo("red");
            assertThat(executor.invokeAny(List.of(task, task), 30, TimeUnit.SECONDS))
                    .isEqualTo("red");
        }
    }

    @Test
    void workersOwnContext_isBackAfterATask() throws Exception {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> new Thread(blue.wrap(task)));
        try {
            ExecutorService wrapped = ContextExecutors.wrap((ExecutorService) pool);
            try (Scope scope = red.makeCurrent()) {
                assertThat(wrapped.submit(ContextExecutorsTest::name).get()).isEqualTo("red");
            }
            assertThat(pool.submit(ContextExecutorsTest::name).get()).isEqualTo("blue");
            assertThat(wrapped.submit(ContextExecutorsTest::name).get()).isEqualTo("none");
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @SuppressWarnings("NullAway") // the point is what happens all the same
    void nullTask_isRefusedAtOnceAsByTheExecutorItself() {
        assertThatNullPointerException().isThrownBy(() -> executor.execute(null));
        assertThatNullPointerException().isThrownBy(() -> executor.submit((Runnable) null));
        assertThatNullPointerException().isThrownBy(() -> executor.submit((Callable<String>) null));
        assertThatNullPointerException().isThrownBy(() -> executor.submit(null, "result"));
        assertThatNullPointerException().isThrownBy(() -> executor.schedule((Runnable) null, 1, TimeUnit.SECONDS));
        assertThatNullPointerException().isThrownBy(() -> executor.schedule(() -> {}, 1, null));
        assertThatNullPointerException().isThrownBy(() -> executor.scheduleAtFixedRate(null, 1, 1, TimeUnit.SECONDS));
        assertThatNullPointerException().isThrownBy(() -> executor.invokeAll(null));
        assertThatNullPointerException()
                .isThrownBy(() -> executor.invokeAll(Collections.<Callable<String>>singletonList(null)));
        assertThatIllegalArgumentException().isThrownBy(() -> executor.invokeAny(List.<Callable<String>>of()));
        assertThatNullPointerException().isThrownBy(() -> ContextExecutors.wrap((Executor) null));
    }

    @Test
    void wrappingAWrapper_returnsIt() {
        Executor plain = ContextExecutors.wrap((Executor) Runnable::run);
        ExecutorService service =
                ContextExecutors.wrap(new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new SynchronousQueue<>()));
        assertThat(ContextExecutors.wrap(plain)).isSameAs(plain);
        assertThat(ContextExecutors.wrap(service)).isSameAs(service);
        assertThat(ContextExecutors.wrap((Executor) service)).isSameAs(service);
        assertThat(ContextExecutors.wrap(executor)).isSameAs(executor);
        assertThat(ContextExecutors.wrap((ExecutorService) executor)).isSameAs(executor);
        assertThat(ContextExecutors.wrap((ExecutorService) bare)).isInstanceOf(ScheduledExecutorService.class);
        service.shutdown();
    }

    @Test
    void shutdownNow_returnsTheCallersOwnTasks() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        ExecutorService wrapped = ContextExecutors.wrap(pool);
        CountDownLatch busy = new CountDownLatch(1);
        wrapped.execute(() -> {
            busy.countDown();
            awaitInterrupt();
        });
        busy.await();
        FutureTask<String> waiting = new FutureTask<>(() -> "never");
        wrapped.execute(waiting);
        assertThat(wrapped.shutdownNow()).containsExactly(waiting);
        assertThat(wrapped.isShutdown()).isTrue();
        assertThat(wrapped.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(wrapped.isTerminated()).isTrue();
        assertThatThrownBy(() -> wrapped.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void priorityQueue_stillOrdersItsTasks() throws Exception {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new PriorityBlockingQueue<Runnable>());
        try {
            ExecutorService wrapped = ContextExecutors.wrap((ExecutorService) pool);
            List<String> ran = new CopyOnWriteArrayList<>();
            CountDownLatch gate = new CountDownLatch(1);
            pool.execute(new Ranked(0, () -> awaitQuietly(gate)));
            try (Scope scope = red.makeCurrent()) {
                wrapped.execute(new Ranked(3, () -> ran.add("third " + name())));
                wrapped.execute(new Ranked(1, () -> ran.add("first " + name())));
                wrapped.execute(new Ranked(2, () -> ran.add("second " + name())));
            }
            gate.countDown();
            await().untilAsserted(() -> assertThat(ran).containsExactly("first red", "second red", "third red"));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void close_endsTheExecutorAndLeavesTheCommonPoolAlone() throws Exception {
        ExecutorService pool = ContextExecutors.wrap((ExecutorService) new ForkJoinPool(1));
        ExecutorService common = ContextExecutors.wrap((ExecutorService) ForkJoinPool.commonPool());
        if (Runtime.version().feature() < 19) {
            assertThat(pool).isNotInstanceOf(AutoCloseable.class);
            pool.shutdown();
            common.shutdown();
        } else {
            ((AutoCloseable) pool).close();
            ((AutoCloseable) common).close();
        }
        assertThat(pool.isShutdown()).isTrue();
        assertThat(common.isShutdown()).isFalse();
    }

    @Test
    void forkedSubtasks_areCarriedOneByOne() {
        ForkJoinPool pool = new ForkJoinPool(4);
        try (Scope scope = red.makeCurrent()) {
            ForkJoinTask<Integer> sum = ContextExecutors.carry(new Sum(0, 1000));
            assertThat(pool.invoke(sum)).isEqualTo(1000 * 999 / 2);
            assertThat(ContextExecutors.carry(sum)).isSameAs(sum);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void carriedForkJoinTask_cancelsTheTaskItStandsFor() {
        ForkJoinTask<String> task = ForkJoinTask.adapt(() -> "never");
        ForkJoinTask<String> carried = ContextExecutors.carry(task);
        assertThat(carried.cancel(false)).isTrue();
        assertThat(task.isCancelled()).isTrue();

        ForkJoinTask<String> cancelledLater = ForkJoinTask.adapt(() -> "never");
        ForkJoinTask<String> standIn = ContextExecutors.carry(cancelledLater);
        cancelledLater.cancel(false);
        assertThatThrownBy(standIn::invoke).isInstanceOf(CancellationException.class);
        assertThat(standIn.isCancelled()).isTrue();
    }

    @Test
    void parallelStream_isCarriedThroughItsFunction() {
        try (Scope scope = red.makeCurrent()) {
            assertThat(IntStream.range(0, 1000)
                            .boxed()
                            .parallel()
                            .map(Context.current().wrapFunction(i -> name()))
                            .distinct())
                    .containsExactly("red");
        }
    }

    @Test
    void wrappers_introduceThemselvesAsWhatTheyWrap() {
        assertThat(executor).hasToString(bare.toString());
        Runnable task = new Ranked(7, () -> {});
        List<String> names = new ArrayList<>();
        ContextExecutors.wrap((Executor) wrapper -> names.add(wrapper.toString()))
                .execute(task);
        assertThat(names).containsExactly(task.toString());
    }

    private static String name() {
        String name = Context.current().get(NAME);
        return name == null ? "none" : name;
    }

    private static void awaitInterrupt() {
        awaitQuietly(new CountDownLatch(1));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Ranked(int rank, Runnable work) implements Runnable, Comparable<Ranked> {

        @Override
        public void run() {
            work.run();
        }

        @Override
        public int compareTo(Ranked other) {
            return Integer.compare(rank, other.rank);
        }
    }

    private static final class Sum extends RecursiveTask<Integer> {

        private final int from;
        private final int to;

        Sum(int from, int to) {
            this.from = from;
            this.to = to;
        }

        @Override
        protected Integer compute() {
            assertThat(name()).isEqualTo("red");
            if (to - from < 10) {
                return IntStream.range(from, to).sum();
            }
            int middle = (from + to) / 2;
            ForkJoinTask<Integer> left =
                    ContextExecutors.carry(new Sum(from, middle)).fork();
            return new Sum(middle, to).compute() + left.join();
        }
    }
}
