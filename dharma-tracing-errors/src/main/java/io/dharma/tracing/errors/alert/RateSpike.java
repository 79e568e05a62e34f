package io.dharma.tracing.errors.alert;

import io.dharma.tracing.errors.ErrorGroup;
import org.jspecify.annotations.Nullable;

/**
 * A spike that is worth telling.
 *
 * @param group of which error; null for an operation's, and the service's
 * @param operation the operation's name; of a group where it happened last; null for the service's
 */
record RateSpike(
        SpikeReading reading,
        @Nullable ErrorGroup group,
        @Nullable String operation) {}
