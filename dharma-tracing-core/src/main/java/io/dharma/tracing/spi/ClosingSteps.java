package io.dharma.tracing.spi;

/** Lets go of several things one after another, whatever one of them throws. Any thread. */
public final class ClosingSteps {

    private static final BackgroundLog log = BackgroundLog.of(ClosingSteps.class);

    private ClosingSteps() {}

    /** Runs all, in their order. What is thrown, of whatever kind, costs the one step. */
    public static void runAll(Runnable... steps) {
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (Throwable thrown) {
                // It may be out of threads or memory, and what follows may well do without.
                note(thrown);
            }
        }
    }

    private static void note(Throwable thrown) {
        try {
            log.debug("A step of closing failed with {}", thrown.getClass().getName());
        } catch (OutOfMemoryError notEvenForThat) {
            // The next step is worth more.
        }
    }
}
