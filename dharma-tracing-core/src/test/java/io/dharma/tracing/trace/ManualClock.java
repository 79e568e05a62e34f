package io.dharma.tracing.trace;

import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves when a test says so. */
final class ManualClock implements Clock {

    private final AtomicLong epochNanos = new AtomicLong(1_767_268_800_000_000_000L);
    private final AtomicLong monotonicNanos = new AtomicLong(5_000_000_000L);

    void advance(Duration passed) {
        advanceNanos(passed.toNanos());
    }

    void advanceNanos(long nanos) {
        epochNanos.addAndGet(nanos);
        monotonicNanos.addAndGet(nanos);
    }

    /** Sets the wall clock; monotonic time runs on. */
    void step(Duration difference) {
        epochNanos.addAndGet(difference.toNanos());
    }

    @Override
    public long now() {
        return epochNanos.get();
    }

    @Override
    public long nanoTime() {
        return monotonicNanos.get();
    }
}
