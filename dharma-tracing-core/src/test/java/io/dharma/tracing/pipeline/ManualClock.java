package io.dharma.tracing.pipeline;

import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still until a test moves it. */
final class ManualClock implements Clock {

    // Near the end of long, as System.nanoTime() may be: deadlines overflow and must still compare rightly.
    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(2).toNanos());

    /** Until then whoever asks for the time of day finds the heap full. */
    private volatile boolean heapIsFull;

    void heapIsFull(boolean full) {
        heapIsFull = full;
    }

    void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public long now() {
        if (heapIsFull) {
            throw new OutOfMemoryError("as if");
        }
        return Duration.ofDays(20_000).toNanos();
    }
}
