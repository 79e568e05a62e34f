package io.dharma.tracing.spool;

import java.util.concurrent.TimeUnit;

/** How often what was written is forced out of the operating system's memory. The end of a process never needs it. */
public enum FsyncPolicy {

    /** Left to the operating system. When power is lost, so is what was written in the half minute before. */
    NONE(Long.MAX_VALUE),

    /** At most a second's records are lost with power. The default. */
    EVERY_SECOND(TimeUnit.SECONDS.toNanos(1)),

    /** Nothing that was flushed is lost with power. Waits for the disk with every batch, of 512 records or 100 ms. */
    EACH_BATCH(0);

    private final long nanos;

    FsyncPolicy(long nanos) {
        this.nanos = nanos;
    }

    long nanos() {
        return nanos;
    }
}
