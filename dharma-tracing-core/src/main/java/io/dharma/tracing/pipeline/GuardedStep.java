package io.dharma.tracing.pipeline;

import io.dharma.tracing.spi.BackgroundLog;
import io.opentelemetry.sdk.common.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs a hook of the application, and leaves it alone for a while if it is not well.
 *
 * <p>A hook strikes by throwing, by taking longer than its budget, or by not coming back at all: the pipeline gives up
 * the thread of such a call, and the strike is counted when another thread comes by. Three strikes within a minute, and
 * the hook is in quarantine for a minute, and for as long as a call has not come back; after that it starts afresh.
 * Three calls that never come back are enough however far apart, since each costs a thread. While it is in quarantine,
 * and whenever it throws, the step throws: what that means for the record is the stage's to say, which is optional for
 * enrichment and required for redaction. What is thrown carries nothing of what the hook threw, nor does the line in
 * the log, which there is one of for each quarantine.
 *
 * <p>Any thread; its lock is never held while the hook runs.
 */
final class GuardedStep<T> implements Function<T, @Nullable T> {

    static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    static final long QUARANTINE_NANOS = TimeUnit.SECONDS.toNanos(60);
    static final int STRIKES = 3;

    /** Strikes further apart are no pattern. */
    private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final BackgroundLog log = BackgroundLog.of(Pipeline.class);

    private final String name;
    private final Function<? super T, ? extends @Nullable T> hook;
    private final boolean nullIsFailure;
    private final Clock clock;

    // All below guarded by this.
    private final List<Call> underWay = new ArrayList<>(1);
    private int strikes;
    private long firstStrikeAt;
    private boolean quarantined;
    private long quarantinedAt;

    /** One that has not come back yet. */
    private static final class Call {
        private final long startedAt;
        private boolean struck;

        Call(long startedAt) {
            this.startedAt = startedAt;
        }
    }

    /** @param nullIsFailure whether a hook that returns null has failed, rather than dropped the record */
    GuardedStep(String name, Function<? super T, ? extends @Nullable T> hook, boolean nullIsFailure, Clock clock) {
        this.name = name;
        this.hook = hook;
        this.nullIsFailure = nullIsFailure;
        this.clock = clock;
    }

    /** @throws HookFailed if the hook did, or is in quarantine */
    @Override
    public @Nullable T apply(T record) {
        Call call = begin();
        boolean failed = true;
        try {
            T result = hook.apply(record);
            failed = result == null && nullIsFailure;
            if (failed) {
                throw new HookFailed();
            }
            return result;
        } catch (Throwable thrown) {
            // Of whatever kind, and whatever it carries.
            throw new HookFailed();
        } finally {
            end(call, failed);
        }
    }

    private synchronized Call begin() {
        long now = clock.nanoTime();
        strikeTheLost(now);
        if (quarantined) {
            if (now - quarantinedAt < QUARANTINE_NANOS || lost() > 0) {
                throw new HookFailed();
            }
            quarantined = false;
            strikes = 0;
        }
        Call call = new Call(now);
        underWay.add(call);
        return call;
    }

    private void strikeTheLost(long now) {
        for (Call call : underWay) {
            if (!call.struck && now - call.startedAt > BUDGET_NANOS) {
                call.struck = true;
                strike(now);
            }
        }
        if (lost() >= STRIKES) {
            quarantine(now);
        }
    }

    private long lost() {
        return underWay.stream().filter(call -> call.struck).count();
    }

    private synchronized void end(Call call, boolean failed) {
        underWay.remove(call);
        long now = clock.nanoTime();
        if (!call.struck && (failed || now - call.startedAt > BUDGET_NANOS)) {
            strike(now);
        }
    }

    private void strike(long now) {
        if (strikes == 0 || now - firstStrikeAt > MEMORY_NANOS) {
            strikes = 0;
            firstStrikeAt = now;
        }
        strikes++;
        if (strikes >= STRIKES) {
            quarantine(now);
        }
    }

    private void quarantine(long now) {
        if (!quarantined) {
            quarantined = true;
            quarantinedAt = now;
            log.warn(
                    "hook {} threw or took longer than {} ms {} times; it is not called for {} s, and until it returns",
                    name,
                    TimeUnit.NANOSECONDS.toMillis(BUDGET_NANOS),
                    STRIKES,
                    TimeUnit.NANOSECONDS.toSeconds(QUARANTINE_NANOS));
        }
    }

    /** Says only that it happened; what was thrown may hold what must not go out. */
    static final class HookFailed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        HookFailed() {
            super(null, null, false, false);
        }
    }
}
