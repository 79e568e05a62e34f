package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Keys;
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
}
