package io.dharma.tracing.pipeline;

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

    String name() {
        return name;
    }

    boolean isRequired() {
        return required;
    }

    @Nullable
    T apply(T record) {
        return step.apply(record);
    }
}
