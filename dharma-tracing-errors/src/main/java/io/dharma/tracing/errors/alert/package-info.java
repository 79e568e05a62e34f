/**
 * When an error's rate is an alarm. {@link io.dharma.tracing.errors.alert.MinuteCounts} keeps exact counts by key and
 * minute; a {@link io.dharma.tracing.errors.alert.SpikeDetector} for each key is told them as minutes end, learns what is
 * usual at that hour, and says when a count is not. {@link io.dharma.tracing.errors.alert.SpikeWatch} joins the two.
 * Nothing of that reads a clock, waits, or does I/O.
 *
 * <p>{@link io.dharma.tracing.errors.alert.ErrorAlerts} makes {@link io.dharma.tracing.errors.alert.Alert}s of spikes, of
 * errors that are new and of those that come back, and has them delivered.
 */
@NullMarked
package io.dharma.tracing.errors.alert;

import org.jspecify.annotations.NullMarked;
