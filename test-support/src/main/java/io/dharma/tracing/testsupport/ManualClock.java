package io.dharma.tracing.testsupport;

import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test turns it. Safe to read and turn from any thread. */
public final class ManualClock implements Clock {

    private final AtomicLong wallNanos;
    private final AtomicLong nanoTime = new AtomicLong();

    private ManualClock(Instant start) {
        wallNanos = new AtomicLong(
                Math.addExact(Math.multiplyExact(start.getEpochSecond(), 1_000_000_000L), start.getNano()));
    }

    /** Stands at noon of 2026-01-01, UTC. */
    public static ManualClock create() {
        return startingAt(Instant.parse("2026-01-01T12:00:00Z"));
    }

    /** Stands at {@code start}. */
    public static ManualClock startingAt(Instant start) {
        return new ManualClock(start);
    }

    /** Lets time pass. */
    public void advance(Duration passed) {
        if (passed.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards: " + passed + "; a wall clock may jump()");
        }
        wallNanos.addAndGet(passed.toNanos());
        nanoTime.addAndGet(passed.toNanos());
    }

    /** Sets the wall clock forward or back, as an administrator or NTP would; {@link #nanoTime()} runs on. */
    public void jump(Duration difference) {
        wallNanos.addAndGet(difference.toNanos());
    }

    @Override
    public long now() {
        return wallNanos.get();
    }

    @Override
    public long nanoTime() {
        return nanoTime.get();
    }

    @Override
    public String toString() {
        return "ManualClock{" + Instant.ofEpochSecond(0, now()) + "}";
    }
}
