package io.dharma.tracing.errors.alert;

/**
 * What a {@link SpikeDetector} thinks of the last minute it was told of; for an alarm's text and for charts.
 *
 * @param minute the minute, since the epoch, with which the step began
 * @param level what the counts reached, whether it was told of already or not
 * @param alarm the level to tell of now: {@link SpikeLevel#NONE} while an earlier alarm of this spike counts
 * @param windowMinutes over how many minutes, up to the end of this step, the counts below are
 * @param count what was counted
 * @param expected what was expected
 * @param surprise -log10 of the probability of so many: 5 is one in 100,000. Of a single step it is half of that, see
 *     {@link SpikeDetector}
 */
public record SpikeReading(
        long minute,
        SpikeLevel level,
        SpikeLevel alarm,
        int windowMinutes,
        long count,
        double expected,
        double surprise) {}
