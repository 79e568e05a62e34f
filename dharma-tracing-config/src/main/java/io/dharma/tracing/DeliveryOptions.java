package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.spool.FsyncPolicy;
import java.nio.file.Path;
import java.time.Duration;

/** How much may wait for delivery. Part of {@link DharmaConfig.Builder}; one thread at a time. */
public final class DeliveryOptions {

    private final DharmaConfig.Builder config;

    DeliveryOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    /**
     * How much heap ended spans may take while they wait, by estimate. Default: 16 MiB. More bridges longer outages;
     * what does not fit is dropped and counted.
     */
    public DeliveryOptions maxQueueBytes(long bytes) {
        config.set(Keys.MAX_QUEUE_BYTES, bytes);
        return this;
    }

    /** How many spans a batch has at most. Default: 512. More means fewer, larger requests. */
    public DeliveryOptions maxBatchSize(int spans) {
        config.set(Keys.BATCH_SIZE, spans);
        return this;
    }

    /** How long a batch waits to be filled. Default: 1 s. Less shows traces sooner and makes more requests. */
    public DeliveryOptions maxBatchDelay(Duration delay) {
        config.set(Keys.BATCH_DELAY, delay);
        return this;
    }

    /**
     * Writes spans down until they are delivered: an outage that is longer than memory lasts costs none, nor does the
     * end of the process, and {@code kill -9} costs those of the last 100 ms; the next process delivers the rest. A
     * receiver may then get some of them twice, with the same ids. Default: not written. Costs some microseconds per
     * span on a thread of ours, and disk.
     *
     * @param directory made if there is none, with rights for this user alone. It may be shared by processes that
     *     deliver to the same receivers, and should outlive them: in a container that means a directory in a volume. One
     *     that every user can write to is not used. If it cannot be
     *     written to, that is reported, and spans wait in memory as without it
     */
    public DeliveryOptions spool(Path directory) {
        config.set(Keys.SPOOL_DIRECTORY, directory);
        return this;
    }

    /**
     * What the spool may hold. Defaults: 256 MiB and 24 hours. More bridges longer outages: a span takes about 300
     * bytes. What is over is lost and counted, the oldest first, failed spans last.
     */
    public DeliveryOptions spoolWithin(long maxBytes, Duration maxAge) {
        config.set(Keys.SPOOL_MAX_BYTES, maxBytes);
        config.set(Keys.SPOOL_MAX_AGE, maxAge);
        return this;
    }

    /** What a loss of power may cost. Default: {@link FsyncPolicy#EVERY_SECOND}. */
    public DeliveryOptions spoolFsync(FsyncPolicy policy) {
        config.set(
                Keys.SPOOL_FSYNC,
                switch (policy) {
                    case NONE -> "none";
                    case EVERY_SECOND -> "second";
                    case EACH_BATCH -> "batch";
                });
        return this;
    }
}
