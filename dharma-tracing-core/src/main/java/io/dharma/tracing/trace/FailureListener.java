package io.dharma.tracing.trace;

/**
 * Hears of every throwable with which a block fails, sampled or not; see {@link DharmaTracerBuilder#failures}.
 */
@FunctionalInterface
public interface FailureListener {

    /**
     * A block failed. A throwable that passes several blocks is heard of in each, the innermost first, and again where it
     * is rethrown: who wants it once has to remember it. Called on the application's thread, so it must neither wait nor
     * take long, nor call methods of the throwable, which are the application's. What it throws is contained and counted.
     *
     * @param block the block, still open
     */
    void failed(Throwable throwable, TracedBlock block);
}
