package io.dharma.tracing.pipeline;

import io.opentelemetry.sdk.common.Clock;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A step that every record takes after it was converted and before it is queued for the sinks or written to disk.
 * Stages run in the order they were given, on one of the pipeline's threads.
 *
 * @param <T> what is delivered
 */
public final class Stage<T> {

    private final String name;
    private final Function<? super T, ? extends @Nullable T> step;
    private final boolean required;

    private Stage(String name, Function<? super T, ? extends @Nullable T> step, boolean required) {
        this.name = Objects.requireNonNull(name, "name");
        this.step = Objects.requireNonNull(step, "step");
        this.required = required;
    }

    /**
     * A step that adds, changes or drops: where it throws, the record goes on without it, and that is counted.
     *
     * @param name a short lower-case name for health: {@code enrich}
     * @param step what to make of a record; null drops it on purpose
     */
    public static <T> Stage<T> optional(String name, Function<? super T, ? extends @Nullable T> step) {
        return new Stage<>(name, step, false);
    }

    /**
     * A step that no record may leave out, such as redaction: where it throws, the record is dropped as
     * {@link DropReason#STAGE_FAILED}, and that is counted.
     *
     * @param name a short lower-case name for health: {@code redact}
     * @param step what to make of a record; null drops it on purpose
     */
    public static <T> Stage<T> required(String name, Function<? super T, ? extends @Nullable T> step) {
        return new Stage<>(name, step, true);
    }

    /**
     * Code of the application that adds to records, and must not harm their delivery. Where it throws, returns null or
     * is not called because it is in quarantine, the record goes on without it, and that is counted as a failure of this
     * stage. A hook that threw or took longer than 50 ms three times within a minute is not called for a minute; the log
     * says so once. A call that never returns costs the record and a thread: after three the hook is not called until one
     * of them does, and once four threads are lost in one pipeline, none of its hooks is called any more.
     *
     * @param name a short lower-case name for health and log
     * @param hook returns the record, changed or not. On one of the pipeline's threads, while all records wait
     */
    public static <T> Stage<T> enrichmentHook(String name, Function<? super T, ? extends @Nullable T> hook) {
        return enrichmentHook(name, hook, Clock.getDefault());
    }

    /** As {@link #enrichmentHook(String, Function)}, by another clock. */
    public static <T> Stage<T> enrichmentHook(
            String name, Function<? super T, ? extends @Nullable T> hook, Clock clock) {
        Objects.requireNonNull(hook, "hook");
        return new Stage<>(name, new GuardedStep<>(name, hook, true, clock), false);
    }

    /**
     * Code of the application that takes something out of records, without which none may leave. Where it throws or is
     * not called because it is in quarantine, the record is dropped as {@link DropReason#STAGE_FAILED}. Quarantine and
     * log are as for {@link #enrichmentHook(String, Function)}.
     *
     * @param name a short lower-case name for health and log
     * @param hook returns the record, changed or not; null drops it on purpose. On one of the pipeline's threads, while
     *     all records wait
     */
    public static <T> Stage<T> redactionHook(String name, Function<? super T, ? extends @Nullable T> hook) {
        return redactionHook(name, hook, Clock.getDefault());
    }

    /** As {@link #redactionHook(String, Function)}, by another clock. */
    public static <T> Stage<T> redactionHook(
            String name, Function<? super T, ? extends @Nullable T> hook, Clock clock) {
        Objects.requireNonNull(hook, "hook");
        return new Stage<>(name, new GuardedStep<>(name, hook, false, clock), true);
    }

    String name() {
        return name;
    }

    /** Whether it is code of the application. */
    boolean isHook() {
        return step instanceof GuardedStep;
    }

    boolean isRequired() {
        return required;
    }

    @Nullable
    T apply(T record) {
        return step.apply(record);
    }

    @Override
    public String toString() {
        return name;
    }
}
