package io.dharma.tracing.spool;

import io.dharma.tracing.pipeline.Priority;

/**
 * How far one sink is with the records of one process. Any thread.
 */
final class SinkCursor {

    /** Of a sink that gets nothing from here. */
    static final long NOTHING = Long.MAX_VALUE;

    private final Settled high;
    private final Settled normal;

    // From where on the sink has its records from here and nowhere else.
    private volatile long highRelies = NOTHING;
    private volatile long normalRelies = NOTHING;

    private volatile long stored = -1;

    SinkCursor(Settled high, Settled normal) {
        this.high = high;
        this.normal = normal;
    }

    Settled settled(Priority priority) {
        return priority == Priority.HIGH ? high : normal;
    }

    void reliesFrom(Priority priority, long position) {
        if (priority == Priority.HIGH) {
            highRelies = position;
        } else {
            normalRelies = position;
        }
    }

    boolean reliesOnSpool(Priority priority) {
        return (priority == Priority.HIGH ? highRelies : normalRelies) != NOTHING;
    }

    /** How many of these the sink will not get if they are deleted now. */
    long needs(Priority priority, long from, long to) {
        long relies = priority == Priority.HIGH ? highRelies : normalRelies;
        return relies >= to ? 0 : settled(priority).unsettledIn(Math.max(from, relies), to);
    }

    /** Whether something was settled that is not written down. */
    boolean isDirty() {
        return stored != changes();
    }

    /** Whether it was ever written down. */
    boolean isStored() {
        return stored >= 0;
    }

    /** It was written down, but that is not there any more. */
    void notStored() {
        stored = -1;
    }

    /** @param changes what {@link #changes()} said before it was written down */
    void stored(long changes) {
        stored = changes;
    }

    long changes() {
        return high.changes() + normal.changes();
    }
}
