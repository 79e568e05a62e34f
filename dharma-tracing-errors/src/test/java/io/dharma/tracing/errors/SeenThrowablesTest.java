package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SeenThrowablesTest {

    private final SeenThrowables seen = new SeenThrowables();

    @Test
    void throwable_isNewOnceWhateverItsEqualsSays() {
        Throwable one = new EqualToAll();
        Throwable other = new EqualToAll();

        assertThat(seen.add(one, "t1")).isTrue();
        assertThat(seen.add(one, "t1")).isFalse();
        assertThat(seen.add(other, "t1")).isTrue();
        assertThat(seen.contains(one, "t1")).isTrue();
        assertThat(seen.contains(new EqualToAll(), "t1")).isFalse();
    }

    private static final class EqualToAll extends RuntimeException {

        private static final long serialVersionUID = 1;

        @Override
        public boolean equals(Object other) {
            return true;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    void throwableOfAnotherTrace_isNewAndOutsideOfTracesItIsTheSame() {
        Throwable one = new RuntimeException();

        assertThat(seen.add(one, "t1")).isTrue();
        assertThat(seen.add(one, null)).isFalse();
        assertThat(seen.add(one, "t2")).isTrue();
        assertThat(seen.add(one, "t2")).isFalse();
    }

    @Test
    void lastThousandThrowables_areKnown() {
        List<Throwable> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            all.add(new RuntimeException());
        }

        all.forEach(each -> assertThat(seen.add(each, null)).isTrue());

        long forgotten = all.stream().filter(each -> !seen.contains(each, null)).count();
        assertThat(forgotten).isLessThan(20);
    }

    @Test
    void throwableThatManyThreadsSee_isNewForOne() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 500; round++) {
                Throwable shared = new RuntimeException();
                CountDownLatch together = new CountDownLatch(4);
                List<Future<Boolean>> results = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    results.add(threads.submit(() -> {
                        together.countDown();
                        together.await();
                        return seen.add(shared, null);
                    }));
                }
                int news = 0;
                for (Future<Boolean> result : results) {
                    news += result.get() ? 1 : 0;
                }
                assertThat(news).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void throwable_isNotKeptFromBeingCollected() {
        WeakReference<Throwable> gone = addOne();

        await().until(() -> {
            System.gc();
            return gone.refersTo(null);
        });
    }

    private WeakReference<Throwable> addOne() {
        Throwable shortLived = new RuntimeException();
        seen.add(shortLived, null);
        return new WeakReference<>(shortLived);
    }
}
