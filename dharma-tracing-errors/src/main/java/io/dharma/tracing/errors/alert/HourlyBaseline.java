package io.dharma.tracing.errors.alert;

/**
 * What count is usual: the mean of each hour of the day (UTC), exponentially forgotten over days, and the mean of the last
 * hours. Expected is the larger one: a level that is reached for good, or grows slowly, is not news for days, and the
 * morning's rise, which every day has, is none after a quiet night.
 *
 * <p>Between the middles of hours the means are interpolated, for at the edge of an hour nothing jumps.
 */
final class HourlyBaseline {

    private static final int HOURS = 24;
    private static final int MINUTES = 60;

    private final float[] sums = new float[HOURS];
    private final float[] weights = new float[HOURS];
    private double recentSum;
    private double recentWeight;

    /** Counts in a step that begins in this minute; above 0. */
    double expected(long minute, SpikeSettings settings) {
        double recent = recentWeight == 0 ? 0 : recentSum / recentWeight;
        return Math.max(settings.leastExpected(), Math.max(recent, seasonal(minute, recent, settings)));
    }

    private double seasonal(long minute, double recent, SpikeSettings settings) {
        int hour = hour(minute);
        double fromMiddle = Math.floorMod(minute, MINUTES) / (double) MINUTES - 0.5;
        double distance = Math.abs(fromMiddle);
        int neighbour = Math.floorMod(hour + (fromMiddle < 0 ? -1 : 1), HOURS);
        return (1 - distance) * mean(hour, recent, settings) + distance * mean(neighbour, recent, settings);
    }

    /** An hour that was seen little is what the last hours were. */
    private double mean(int hour, double recent, SpikeSettings settings) {
        if (weights[hour] == 0) {
            return recent;
        }
        double trust = Math.min(1, weights[hour] / settings.trustedHourSteps());
        return trust * sums[hour] / weights[hour] + (1 - trust) * recent;
    }

    /**
     * Takes in a count.
     *
     * @param isFirst whether this is of the first hour, in which counts are learnt lower than they are, the earlier the more:
     *     the last minutes say better what the level is
     */
    void learn(long minute, double count, boolean isFirst, SpikeSettings settings) {
        int hour = hour(minute);
        sums[hour] = (float) (sums[hour] * settings.hourDecay() + count);
        weights[hour] = (float) (weights[hour] * settings.hourDecay() + 1);
        double decay = isFirst ? settings.firstDecay() : settings.recentDecay();
        recentSum = recentSum * decay + count;
        recentWeight = recentWeight * decay + 1;
    }

    private static int hour(long minute) {
        return (int) Math.floorMod(Math.floorDiv(minute, MINUTES), (long) HOURS);
    }
}
