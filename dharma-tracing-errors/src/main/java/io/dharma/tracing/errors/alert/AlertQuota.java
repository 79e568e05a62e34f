package io.dharma.tracing.errors.alert;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How many alerts there may be in a minute, and what there was beyond. Times are nanoseconds. One thread at a time. */
final class AlertQuota {

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final int most;
    private long begin;
    private int taken;
    private long beyond;
    private long firstBeyond;
    private AlertLevel worstBeyond = AlertLevel.WARN;

    AlertQuota(int most, long now) {
        this.most = most;
        this.begin = now;
    }

    /**
     * Those for which there was no room.
     *
     * @param level the worst of theirs
     */
    record Beyond(long count, AlertLevel level) {}

    boolean take(AlertLevel level, long now) {
        if (now - begin >= MINUTE) {
            begin = now;
            taken = 0;
        }
        if (taken < most) {
            taken++;
            return true;
        }
        leaveOut(level, now);
        return false;
    }

    private void leaveOut(AlertLevel level, long now) {
        if (beyond == 0) {
            firstBeyond = now;
            worstBeyond = level;
        }
        beyond++;
        worstBeyond = worstBeyond.compareTo(level) < 0 ? level : worstBeyond;
    }

    /** What was taken then was not needed. */
    void giveBack(long takenAt) {
        if (takenAt - begin >= 0 && taken > 0) {
            taken--;
        }
    }

    /** Once a minute has passed since the first of them, so that they are told of together; null if there is nothing to tell. */
    @Nullable
    Beyond takeBeyond(long now) {
        if (beyond == 0 || now - firstBeyond < MINUTE) {
            return null;
        }
        return takeAllBeyond();
    }

    /** Without waiting for the minute to pass. */
    @Nullable
    Beyond takeAllBeyond() {
        Beyond all = beyond == 0 ? null : new Beyond(beyond, worstBeyond);
        beyond = 0;
        return all;
    }
}
