package io.dharma.tracing.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * All the steps between conversion and the queues. One thread at a time, except for {@link #failures()} and
 * {@link #switchOffHooks()}.
 */
final class Stages<T> {

    private final List<Stage<T>> stages;
    private final List<LongAdder> failures;
    private volatile boolean hooksOff;

    Stages(List<Stage<T>> stages) {
        this.stages = List.copyOf(stages);
        List<LongAdder> counts = new ArrayList<>();
        for (Stage<T> unused : stages) {
            counts.add(new LongAdder());
        }
        this.failures = List.copyOf(counts);
    }

    /**
     * Takes a record through.
     *
     * @return null if a stage dropped it on purpose
     * @throws RequiredStageFailed if the record must not go out
     */
    @Nullable
    T apply(T record) throws RequiredStageFailed {
        T current = record;
        for (int i = 0; i < stages.size() && current != null; i++) {
            current = apply(i, current);
        }
        return current;
    }

    private @Nullable T apply(int index, T record) throws RequiredStageFailed {
        Stage<T> stage = stages.get(index);
        if (hooksOff && stage.isHook()) {
            return failed(index, record);
        }
        try {
            return stage.apply(record);
        } catch (Throwable thrown) {
            // Of whatever kind: the next record may be a better one, and this thread has to go on.
            return failed(index, record);
        }
    }

    private T failed(int index, T record) throws RequiredStageFailed {
        failures.get(index).increment();
        if (stages.get(index).isRequired()) {
            throw new RequiredStageFailed();
        }
        return record;
    }

    /** From now on hooks of the application fail without being called. */
    void switchOffHooks() {
        hooksOff = true;
    }

    boolean haveHooks() {
        return stages.stream().anyMatch(Stage::isHook);
    }

    /** How many records each stage failed with, by its name; stages that never failed are absent. */
    Map<String, Long> failures() {
        Map<String, Long> counts = new TreeMap<>();
        for (int i = 0; i < stages.size(); i++) {
            long count = failures.get(i).sum();
            if (count > 0) {
                counts.merge(stages.get(i).name(), count, Long::sum);
            }
        }
        return counts;
    }

    /** Says only that it happened; what was thrown may hold what must not go out. */
    static final class RequiredStageFailed extends Exception {

        private static final long serialVersionUID = 1L;

        RequiredStageFailed() {
            super(null, null, false, false);
        }
    }
}
