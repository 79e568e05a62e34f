package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Does with files what has to be done although the thread is interrupted. An interrupt closes the very channel that is
 * in use, so what is to be done must open its channels anew when it is called again, and must not mind that half of it
 * was done before. Whoever waits for the interrupt finds it afterwards.
 */
public final class Uninterrupted {

    /** Somebody who interrupts that often does not mean the call. */
    private static final int ATTEMPTS = 10;

    /** Something with files that can be done again from the start. */
    @FunctionalInterface
    public interface Call<T> {
        T call() throws IOException;
    }

    /** The same without a result. */
    @FunctionalInterface
    public interface Action {
        void run() throws IOException;
    }

    private Uninterrupted() {}

    /** Calls until no interrupt gets in the way. */
    public static <T> T call(Call<T> call) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            int attempt = 1;
            while (true) {
                try {
                    return call.call();
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    if (attempt == ATTEMPTS) {
                        throw e;
                    }
                    attempt++;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs until no interrupt gets in the way. */
    public static void run(Action action) throws IOException {
        Boolean unused = call(() -> {
            action.run();
            return Boolean.TRUE;
        });
    }
}
