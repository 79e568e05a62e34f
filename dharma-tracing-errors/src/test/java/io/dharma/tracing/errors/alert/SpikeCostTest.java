package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a series takes, as the JVM counts what a thread allocates. */
class SpikeCostTest {

    private static final int SERIES = 2_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long allocatedBy(Runnable action) {
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        action.run();
        return threads.getThreadAllocatedBytes(thread) - before;
    }

    @Test
    void detector_takesLessThanItSays() {
        SpikeSettings settings = SpikeSettings.defaults();
        SpikeDetector[] detectors = new SpikeDetector[SERIES];
        long bytes = allocatedBy(() -> {
            for (int i = 0; i < SERIES; i++) {
                detectors[i] = new SpikeDetector(settings, i);
            }
        });
        assertThat(bytes / SERIES).isLessThan(700);
    }

    @Test
    void detector_allocatesNothingMore() {
        RandomCounts counts = new RandomCounts(0.5);
        SpikeDetector detector = new SpikeDetector(SpikeSettings.defaults(), 0);
        detector.observe(0, 1);
        long bytes = allocatedBy(() -> {
            for (int minute = 1; minute < 10_000; minute++) {
                detector.observe(minute, counts.below(minute % 1000 == 0 ? 5000 : 50));
            }
        });
        assertThat(bytes).as("in 10,000 minutes").isLessThan(10_000);
    }

    @Test
    void timeline_takesLessThanOneKilobyte() {
        CountTimeline[] timelines = new CountTimeline[SERIES];
        long bytes = allocatedBy(() -> {
            for (int i = 0; i < SERIES; i++) {
                timelines[i] = new CountTimeline(i);
            }
        });
        assertThat(bytes / SERIES).isLessThan(1024);
    }
}
