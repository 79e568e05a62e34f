package io.dharma.tracing.errors.alert;

/**
 * Says when one series of counts, an error's by the minute say, is higher than its past explains.
 *
 * <p>How: the count is compared with the negative binomial distribution that has the mean of this hour of the day (or of the
 * last hours, if that is larger) and a dispersion estimated by moments, as public health looks for outbreaks: Farrington et
 * al. 1996, and Noufaily et al. 2013, "An improved algorithm for outbreak detection in multiple surveillance systems",
 * Statistics in Medicine 32(7). They fit a regression to years of weeks; here means are forgotten exponentially, which takes
 * one step's time and a few hundred bytes. As there, high counts are learnt less than they weigh: at most
 * {@value SpikeSettings#LEARNT_DEVIATIONS} standard deviations above the expected, so a spike raises what is usual a little,
 * and a new level becomes usual in some hours.
 *
 * <p>Looked at are the step alone and a window of the last few. A step alone must be as improbable as two windows, its
 * probability being the square: single minutes are what this distribution knows least about, and a real storm passes that
 * within its first minute, while what is slower fills the window. One spike is one alarm of each level, however long it
 * lasts, see {@link SpikeSettings.Builder#cooldown}.
 *
 * <p>Within the first hour ({@link SpikeSettings.Builder#learning}) no alarm is raised, for nothing is usual yet. What it does not
 * know: weekdays, and times within an hour, so a burst at 03:00 sharp may warn each night. After a busy evening it is slower to
 * see a spike than at noon, since what the last hours had is still expected. Fewer than usual are never a spike.
 *
 * <p>For one thread at a time. Keeps less than 700 bytes, whatever it is told; after construction nothing is allocated. A step
 * takes a fifth of a microsecond, one with more than expected about one; minutes left out cost what they would have cost, at
 * most a day's worth. Never throws.
 */
public final class SpikeDetector {

    /** Beyond it counts are alike; their sums stay exact in a double. */
    private static final double MOST_COUNTED = 1e12;

    private final SpikeSettings settings;
    private final HourlyBaseline baseline = new HourlyBaseline();
    private final Dispersion stepDispersion = new Dispersion();
    private final Dispersion windowDispersion = new Dispersion();
    private final SlidingWindow window;
    private final Cooldown cooldown = new Cooldown();

    private long lastStep;
    private long stepsSeen;
    private double count;
    private double expected;
    private double surpriseOfStep;
    private double surpriseOfWindow;
    private SpikeLevel level = SpikeLevel.NONE;
    private SpikeLevel alarm = SpikeLevel.NONE;

    /**
     * @param settings what counts as a spike; may be shared by any number of detectors
     * @param since the first minute, since the epoch, of which counts are known: up to the first one told, nothing was counted
     *     (of which the last day is looked at). A group that is new in a process that runs for days has been silent for days,
     *     and a thousand errors in its first minute are a spike; in a process that has just begun nobody knows.
     */
    public SpikeDetector(SpikeSettings settings, long since) {
        this.settings = settings;
        this.window = new SlidingWindow(settings.windowSteps());
        this.lastStep = settings.step(since) - 1;
    }

    /**
     * Takes what was counted in a step that is over.
     *
     * <p>Steps left out since the last one counted nothing; where they are more than a day, the clock jumped or nobody watched,
     * and they are not taken for anything. A step that does not come after the last one is one more, at its own hour of the
     * day: the clock was set back.
     *
     * @param minute the minute, since the epoch, in which the step begins
     * @param counted how many; less than 0 counts as 0
     * @return the alarm to raise now, {@link SpikeLevel#NONE} for none, also while an earlier one counts
     */
    public SpikeLevel observe(long minute, long counted) {
        long step = settings.step(minute);
        for (long silent = firstSilent(step); silent < step; silent++) {
            take(silent, 0);
        }
        take(step, Math.min(MOST_COUNTED, (double) Math.max(0, counted)));
        return alarm;
    }

    private long firstSilent(long step) {
        long aDayBefore = step - settings.stepsPerDay();
        boolean isFirst = stepsSeen == 0;
        return lastStep + 1 >= aDayBefore ? lastStep + 1 : isFirst ? aDayBefore : step;
    }

    private void take(long step, double counted) {
        long minute = step * settings.stepMinutes();
        lastStep = step;
        count = counted;
        expected = baseline.expected(minute, settings);
        window.add(count, expected);
        stepsSeen++;
        judge();
        learn(minute);
    }

    private void judge() {
        surpriseOfStep = surprise(count, expected, stepDispersion) / settings.stepHandicap();
        surpriseOfWindow = surprise(window.count(), window.expected(), windowDispersion);
        level = isLearning()
                ? SpikeLevel.NONE
                : max(level(count, surpriseOfStep), level(window.count(), surpriseOfWindow));
        alarm = cooldown.alarm(level, stepsSeen, settings.cooldownSteps());
    }

    /** Not calculated below the lowest floor: most groups count nothing most of the time. */
    private double surprise(double counted, double usual, Dispersion dispersion) {
        return counted < settings.warnFloor()
                ? 0
                : NegativeBinomial.surprise(counted, usual, dispersion.value(settings));
    }

    private SpikeLevel level(double counted, double surprise) {
        if (surprise >= settings.pageSurprise() && counted >= settings.pageFloor()) {
            return SpikeLevel.PAGE;
        }
        return surprise >= settings.warnSurprise() && counted >= settings.warnFloor()
                ? SpikeLevel.WARN
                : SpikeLevel.NONE;
    }

    private static SpikeLevel max(SpikeLevel one, SpikeLevel other) {
        return one.isAtLeast(other) ? one : other;
    }

    /** In the first hour the mean is on its way up to what is usual, which says nothing about how much that varies. */
    private void learn(long minute) {
        boolean isFirst = stepsSeen <= settings.firstSteps();
        double learnt = stepDispersion.bounded(count, expected, settings);
        if (!isFirst) {
            double windowExpected = window.expected();
            double windowLearnt = windowDispersion.bounded(window.count(), windowExpected, settings);
            stepDispersion.learn(learnt, expected, settings);
            windowDispersion.learn(windowLearnt, windowExpected, settings);
        }
        baseline.learn(minute, learnt, isFirst, settings);
    }

    private boolean isLearning() {
        return stepsSeen <= settings.learningSteps();
    }

    /** What it thinks of the last step: of the step alone if that is what surprises more, else of the window. */
    public SpikeReading reading() {
        boolean ofStep = surpriseOfStep > surpriseOfWindow;
        return new SpikeReading(
                lastStep * settings.stepMinutes(),
                level,
                alarm,
                ofStep ? settings.stepMinutes() : settings.stepMinutes() * settings.windowSteps(),
                (long) (ofStep ? count : window.count()),
                ofStep ? expected : window.expected(),
                ofStep ? surpriseOfStep : surpriseOfWindow);
    }
}
