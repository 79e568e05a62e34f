package io.dharma.tracing.trace;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Runs code inside a started block and ends the block with it. The code's result and exception pass unchanged. */
final class BlockRunner {

    private BlockRunner() {}

    static <T extends @Nullable Object, X extends Throwable> T call(TracedBlock block, TracedCall<T, X> body) throws X {
        try {
            return body.call(block);
        } catch (Throwable failure) {
            block.fail(failure);
            throw failure;
        } finally {
            block.close();
        }
    }

    static <X extends Throwable> void run(TracedBlock block, TracedAction<X> body) throws X {
        try {
            body.run(block);
        } catch (Throwable failure) {
            block.fail(failure);
            throw failure;
        } finally {
            block.close();
        }
    }

    static <S extends @Nullable CompletionStage<?>, X extends Throwable> S async(
            TracedBlock block, TracedCall<S, X> body) throws X {
        S stage;
        try {
            stage = body.call(block);
        } catch (Throwable failure) {
            block.fail(failure);
            block.close();
            throw failure;
        }
        block.detachEarly();
        endWith(stage, block);
        return stage;
    }

    private static void endWith(@Nullable CompletionStage<?> stage, TracedBlock block) {
        if (stage == null) {
            block.close();
            return;
        }
        try {
            stage.whenComplete((result, failure) -> {
                if (failure != null) {
                    block.fail(unwrapped(failure));
                }
                block.close();
            });
        } catch (Throwable hostileStage) {
            // Not a stage that can be listened to: the caller gets it all the same.
            block.close();
        }
    }

    /** Dependent stages see the original exception wrapped; the wrapper says nothing. */
    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getClass() == CompletionException.class ? failure.getCause() : null;
        return cause == null ? failure : cause;
    }
}
