package io.dharma.tracing.pipeline;

import io.opentelemetry.sdk.common.Clock;

/** What the builder of a {@link Pipeline} decided for every sink. */
record Settings(
        String signal,
        int maxBatchSize,
        long maxBatchBytes,
        long maxBatchDelayNanos,
        long deliveryTimeoutNanos,
        int maxInFlight,
        Clock clock) {}
