package io.dharma.tracing.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@link Pipeline} ends: a collector, a console, a list in memory.
 *
 * <p>A sink only knows how to hand over one batch and how to say what became of it. Queueing, deadlines, retries and
 * counting are the pipeline's. A pipeline calls one sink from one worker thread, never from the application's; it
 * may hand over the next batch before the stage of the last one completed. The thread is the sink's alone, or shared
 * with others ({@link PipelineThreads}): blocking it delays nobody else for more than
 * a moment, but only one batch is then under way at a time.
 *
 * @param <T> what is delivered
 */
public interface Sink<T> {

    /** A short lower-case name, unique within its pipeline, used in health, metrics and log lines: {@code otlp}. */
    String name();

    /**
     * Hands over one batch.
     *
     * @param batch not empty, immutable, and the sink's to keep
     * @return completes with what became of the batch; completing exceptionally, or throwing, counts as
     *     {@link Delivery#retry}. The pipeline gives up waiting at its own deadline: it interrupts a call that has
     *     not returned, cancels a stage that has not completed, and offers the batch again. Should the stage still
     *     say {@link Delivery.Delivered} before that, the batch counts as delivered.
     */
    CompletionStage<Delivery> deliver(List<T> batch);

    /**
     * Whether no method ever waits for anything, be it I/O, a lock that is held during I/O, or code of the application.
     * Where pipelines share threads, sinks that say so share one among themselves. Asked once. Default: false, which
     * costs a thread and is always safe.
     */
    default boolean isNonBlocking() {
        return false;
    }

    /**
     * What comes after {@code dharma-} in the name of the thread it is called on, unless it never blocks: sinks that say
     * the same may share one. Asked once. Default: the sink's name.
     */
    default String threadName() {
        return name();
    }

    /**
     * For a sink that has something to do later, such as to print what waited for more, so that it needs no timer:
     * called on the same thread as {@link #deliver}, after it and whenever the time has passed that it asked for last.
     *
     * @return how long until it is to be called again; null for not before the next delivery
     */
    default @Nullable Duration tend() {
        return null;
    }

    /**
     * Lets go of connections and threads. Called once, after the last {@link #deliver}.
     *
     * @param deadline how long this may take at most
     */
    default void close(Duration deadline) {}
}
