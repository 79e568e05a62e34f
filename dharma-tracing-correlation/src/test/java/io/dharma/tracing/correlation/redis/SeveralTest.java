package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeveralTest {

    private final List<Integer> begun = new ArrayList<>();
    private final Queue<CompletableFuture<Void>> underWay = new ArrayDeque<>();

    private CompletableFuture<Void> step(int number) {
        begun.add(number);
        CompletableFuture<Void> ending = new CompletableFuture<>();
        underWay.add(ending);
        return ending;
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void things_areUnderWaySoManyAtATime() {
        CompletableFuture<Void> all = Several.atATime(3, numbers(10), this::step);

        assertThat(begun).containsExactly(0, 1, 2);
        underWay.remove().complete(null);
        assertThat(begun).containsExactly(0, 1, 2, 3);
        while (!underWay.isEmpty()) {
            assertThat(all).isNotDone();
            assertThat(underWay).hasSizeLessThanOrEqualTo(3);
            underWay.remove().complete(null);
        }
        assertThat(all).isCompleted();
        assertThat(begun).isEqualTo(numbers(10));
    }

    @Test
    void failure_endsItOnceThoseUnderWayHaveEnded() {
        CompletableFuture<Void> all = Several.atATime(2, numbers(10), this::step);

        underWay.remove().completeExceptionally(new IllegalStateException("no"));
        assertThat(all).isNotDone();
        underWay.remove().complete(null);

        assertThat(all).isCompletedExceptionally();
        assertThat(begun).containsExactly(0, 1);
    }

    @Test
    void things_thatNeedNotWaitDoNotFillTheStack() {
        List<Integer> many = Collections.nCopies(1_000_000, 1);

        assertThat(Several.atATime(2, many, number -> CompletableFuture.completedFuture(null)))
                .isCompleted();
    }

    @Test
    void nothing_isDoneAtOnce() {
        assertThat(Several.atATime(2, List.<Integer>of(), this::step)).isCompleted();
    }
}
