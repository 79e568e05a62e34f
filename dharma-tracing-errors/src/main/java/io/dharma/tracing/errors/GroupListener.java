package io.dharma.tracing.errors;

import org.jspecify.annotations.Nullable;

/**
 * Hears of what happens to groups. Called on a thread of the tracker's that serves all errors, so it must not wait; what it
 * throws is contained.
 */
public interface GroupListener {

    /** A group that nobody knew, not even another process or an earlier release, as far as could be found out in time. */
    default void isNew(ErrorGroup group) {}

    /** A group that was over came back. */
    default void regressed(ErrorGroup group) {}

    /**
     * Errors were counted, be they kept as events or not.
     *
     * @param group of which group
     * @param operation in which traced block; null outside of one
     * @param epochMinute in which minute since 1970
     */
    default void counted(ErrorGroup group, @Nullable String operation, long epochMinute, long occurrences) {}

    /** Some seconds have passed: time to look at minutes that are over. */
    default void tick() {}
}
