package io.dharma.tracing.errors.alert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A detector for each key of {@link MinuteCounts}, told of each minute when it is over.
 *
 * <p>For one thread at a time; others may count meanwhile. It keeps less than 1 KB for each key. A key's first minute takes
 * about 0.3 ms, since a day of silence is told to its detector; later ones a microsecond at most. Counts that arrive after
 * their minute was closed are in the counts, but no detector hears of them: close a minute when its last counts are in.
 */
public final class SpikeWatch {

    private final SpikeSettings settings;
    private final MinuteCounts counts;
    private final long since;
    private final Map<String, SpikeDetector> detectors = new HashMap<>();
    private long lastClosed;

    /**
     * @param settings for all keys
     * @param counts of what is watched
     * @param since the minute from which on all was counted, see {@link SpikeDetector}
     */
    public SpikeWatch(SpikeSettings settings, MinuteCounts counts, long since) {
        this.settings = settings;
        this.counts = counts;
        this.since = since;
        this.lastClosed = since - 1;
    }

    /**
     * Takes in a minute that is over. Minutes left out since the last one are made up for, up to an hour of them; one that is
     * not after the last one is taken in once more, as the clock was set back. With steps of several minutes, detectors hear of
     * a step with its last minute.
     *
     * @return the alarms to raise now, in no order
     */
    public List<Spike> close(long minute) {
        List<Spike> spikes = new ArrayList<>();
        long first = Math.min(minute, Math.max(lastClosed + 1, minute - CountTimeline.MINUTES + 1));
        for (long over = first; over <= minute; over++) {
            if (Math.floorMod(over + 1, settings.stepMinutes()) == 0) {
                closeStep(over + 1 - settings.stepMinutes(), over + 1, spikes);
            }
        }
        lastClosed = minute;
        return spikes;
    }

    /** What is far from usual in the last step, be it told of already or not; in no order. */
    public List<Spike> elevated() {
        List<Spike> spikes = new ArrayList<>();
        detectors.forEach((key, detector) -> {
            SpikeReading reading = detector.reading();
            if (reading.level() != SpikeLevel.NONE) {
                spikes.add(new Spike(key, reading));
            }
        });
        return spikes;
    }

    private void closeStep(long from, long to, List<Spike> spikes) {
        Map<String, Long> counted = counts.stepCounts(from, to);
        detectors.keySet().retainAll(counted.keySet());
        counted.forEach((key, count) -> {
            SpikeDetector detector = detectors.computeIfAbsent(key, any -> new SpikeDetector(settings, since));
            if (detector.observe(from, count) != SpikeLevel.NONE) {
                spikes.add(new Spike(key, detector.reading()));
            }
        });
    }
}
