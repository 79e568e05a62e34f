package io.dharma.tracing.errors;

import java.lang.ref.WeakReference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which throwables have been captured a short while ago, by identity: one that crosses many blocks, and is logged after
 * that, is one failure.
 *
 * <p>A throwable that comes again in another trace is another failure, of another request: some are made once and thrown
 * again and again. Outside of a trace nobody can tell, and it is the same.
 *
 * <p>Holds the last 4,096 or so, without keeping them from being collected, in some 300 KB at most. A table with several
 * places for each hash, of which the one that was taken first is given up. Any thread; nothing of the application is called.
 */
final class SeenThrowables {

    private static final int SETS = 512;
    private static final int PLACES = 8;

    private final Places[] sets = new Places[SETS];

    SeenThrowables() {
        for (int i = 0; i < SETS; i++) {
            sets[i] = new Places();
        }
    }

    /**
     * Notes a throwable down.
     *
     * @param traceId of the trace in which it is seen; null outside of one
     * @return whether it had not been
     */
    boolean add(Throwable throwable, @Nullable String traceId) {
        return setOf(throwable).add(throwable, traceId);
    }

    /** Whether it has been noted down, in this trace or where nobody can tell. */
    boolean contains(Throwable throwable, @Nullable String traceId) {
        return setOf(throwable).contains(throwable, traceId);
    }

    private Places setOf(Throwable throwable) {
        int hash = System.identityHashCode(throwable);
        return sets[(hash ^ hash >>> 9) & (SETS - 1)];
    }

    /** One is noted down while nobody else looks, which takes some tens of nanoseconds. */
    private static final class Places {

        private final @Nullable Seen[] seen = new @Nullable Seen[PLACES];
        private int oldest;

        synchronized boolean add(Throwable throwable, @Nullable String traceId) {
            int place = placeOf(throwable);
            Seen before = place < 0 ? null : seen[place];
            if (before != null && before.isOf(traceId)) {
                return false;
            }
            if (place < 0) {
                place = oldest;
                oldest = (oldest + 1) % PLACES;
            }
            seen[place] = new Seen(throwable, traceId);
            return true;
        }

        synchronized boolean contains(Throwable throwable, @Nullable String traceId) {
            int place = placeOf(throwable);
            Seen before = place < 0 ? null : seen[place];
            return before != null && before.isOf(traceId);
        }

        private int placeOf(Throwable throwable) {
            for (int i = 0; i < PLACES; i++) {
                Seen candidate = seen[i];
                if (candidate != null && candidate.refersTo(throwable)) {
                    return i;
                }
            }
            return -1;
        }
    }

    private static final class Seen extends WeakReference<Throwable> {

        private final @Nullable String traceId;

        Seen(Throwable throwable, @Nullable String traceId) {
            super(throwable);
            this.traceId = traceId;
        }

        boolean isOf(@Nullable String otherTrace) {
            return traceId == null || otherTrace == null || Objects.equals(traceId, otherTrace);
        }
    }
}
