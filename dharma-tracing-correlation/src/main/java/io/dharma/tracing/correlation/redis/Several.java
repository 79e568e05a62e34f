package io.dharma.tracing.correlation.redis;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Does the same with many things, of which a fixed number are under way: the next begins when one has ended. Were all
 * asked for at once, the last would wait for all the others, and perhaps for longer than one answer may take. Any thread.
 */
final class Several<T> {

    private final Function<T, CompletableFuture<Void>> step;

    // Guarded by this.
    private final Queue<T> waiting;

    private Several(Collection<T> things, Function<T, CompletableFuture<Void>> step) {
        this.waiting = new ArrayDeque<>(things);
        this.step = step;
    }

    /**
     * Completes once all is done; exceptionally if one failed, after which no other is begun, when those that were under
     * way have ended.
     */
    static <T> CompletableFuture<Void> atATime(
            int most, Collection<T> things, Function<T, CompletableFuture<Void>> step) {
        Several<T> several = new Several<>(things, step);
        CompletableFuture<?>[] lines = new CompletableFuture<?>[Math.min(most, things.size())];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = several.new Line().goOn();
        }
        return CompletableFuture.allOf(lines);
    }

    private synchronized @Nullable T next() {
        return waiting.poll();
    }

    private synchronized void dropTheRest() {
        waiting.clear();
    }

    /** One after another. */
    private final class Line {

        private final CompletableFuture<Void> over = new CompletableFuture<>();

        /** A loop, so that many that need not wait for anything do not fill the stack. */
        CompletableFuture<Void> goOn() {
            for (T thing = next(); thing != null; thing = next()) {
                CompletableFuture<Void> done = step.apply(thing);
                if (!done.isDone() || done.isCompletedExceptionally()) {
                    var unused = done.whenComplete(this::ended);
                    return over;
                }
            }
            over.complete(null);
            return over;
        }

        private void ended(@Nullable Void nothing, @Nullable Throwable thrown) {
            if (thrown == null) {
                var unused = goOn();
            } else {
                dropTheRest();
                over.completeExceptionally(thrown);
            }
        }
    }
}
