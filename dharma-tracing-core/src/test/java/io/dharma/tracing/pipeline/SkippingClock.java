package io.dharma.tracing.pipeline;

import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The system's clock with a spring forward: for waits of which there is nothing to see. */
final class SkippingClock implements Clock {

    private final AtomicLong skipped = new AtomicLong();

    void skip(Duration time) {
        skipped.addAndGet(time.toNanos());
    }

    Duration skipped() {
        return Duration.ofNanos(skipped.get());
    }

    @Override
    public long now() {
        return Clock.getDefault().now() + skipped.get();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() + skipped.get();
    }
}
