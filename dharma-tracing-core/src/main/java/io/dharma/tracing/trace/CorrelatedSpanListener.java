package io.dharma.tracing.trace;

/**
 * Hears of every span of every request that has a correlation, once it has ended, sampled or not; see
 * {@link DharmaTracerBuilder#correlatedSpans}.
 */
@FunctionalInterface
public interface CorrelatedSpanListener {

    /**
     * A span has ended. Called on the application's thread, so it must neither wait nor take long. What it throws is
     * contained and counted.
     */
    void ended(CorrelatedSpan span);
}
