package io.dharma.tracing.errors.redis;

import io.dharma.tracing.spi.BlockingTasks;
import io.dharma.tracing.spi.BlockingTasks.Later;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** Says yes where Redis says nothing in time: two alerts for one trouble are better than none. Any thread. */
final class FailOpen {

    private final BlockingTasks.Lane lane = BlockingTasks.lane(1_000);
    private final AtomicLong unanswered = new AtomicLong();
    private final Duration patience;

    FailOpen(Duration patience) {
        this.patience = patience;
    }

    /** Never completes exceptionally, and not later than its time is over. */
    CompletionStage<Boolean> orYes(CompletionStage<Boolean> question) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Later end = lane.schedule(() -> sayYes(answer), patience);
        question.whenComplete((said, thrown) -> {
            end.cancel();
            if (thrown == null) {
                answer.complete(said);
            } else {
                sayYes(answer);
            }
        });
        return answer;
    }

    private void sayYes(CompletableFuture<Boolean> answer) {
        unanswered.incrementAndGet();
        if (!answer.complete(true)) {
            unanswered.decrementAndGet();
        }
    }

    long unanswered() {
        return unanswered.get();
    }
}
