package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpikeWatchTest {

    private static final long START = 28_000L * 1440;
    private static final int DAY = 1440;

    private final MinuteCounts counts = new MinuteCounts(2, START);
    private final SpikeWatch watch = new SpikeWatch(SpikeSettings.defaults(), counts, START);
    private final List<Spike> spikes = new ArrayList<>();

    private void minutes(long from, long minutes, String key, long count) {
        for (long minute = from; minute < from + minutes; minute++) {
            counts.add(key, minute, count);
            spikes.addAll(watch.close(minute));
        }
    }

    @Test
    void spike_isToldWithItsKeyAndNumbers() {
        minutes(START, DAY, "checkout", 3);
        counts.add("search", START + DAY, 1);
        minutes(START + DAY, 1, "checkout", 900);
        assertThat(spikes).singleElement().satisfies(spike -> {
            assertThat(spike.key()).isEqualTo("checkout");
            assertThat(spike.reading().alarm()).isEqualTo(SpikeLevel.PAGE);
            assertThat(spike.reading().count()).isGreaterThanOrEqualTo(900);
        });
    }

    @Test
    void newKey_wasSilentSinceTheStart() {
        minutes(START, DAY, "checkout", 3);
        counts.add("search", START + DAY, 200);
        minutes(START + DAY, 1, "checkout", 3);
        assertThat(spikes).extracting(Spike::key).containsExactly("search");
    }

    @Test
    void stormOfKeys_isASpikeOfOther() {
        minutes(START, DAY, "checkout", 3);
        for (int i = 0; i < 500; i++) {
            counts.add("order-" + i, START + DAY, 1);
        }
        minutes(START + DAY, 1, "checkout", 3);
        assertThat(spikes).extracting(Spike::key).containsExactly(MinuteCounts.OTHER);
    }

    @Test
    void minutesLeftOut_areMadeUpFor() {
        minutes(START, DAY, "checkout", 3);
        counts.add("checkout", START + DAY, 900);
        counts.advanceTo(START + DAY + 10);
        List<Spike> late = watch.close(START + DAY + 10);
        assertThat(late).isNotEmpty();
        assertThat(late.get(0).reading().minute()).isEqualTo(START + DAY);
    }

    @Test
    void clockSetBack_isNotSilence() {
        minutes(START, DAY, "checkout", 3);
        counts.advanceTo(START + DAY - 400);
        minutes(START + DAY - 400, 30, "checkout", 3);
        assertThat(spikes).isEmpty();
        minutes(START + DAY - 370, 1, "checkout", 900);
        assertThat(spikes).extracting(Spike::key).containsExactly("checkout");
    }

    @Test
    void stepsOfFiveMinutes_areToldWithTheirLastMinute() {
        SpikeWatch slow = new SpikeWatch(
                SpikeSettings.builder().step(Duration.ofMinutes(5)).build(), counts, START);
        for (long minute = START; minute < START + DAY; minute++) {
            counts.add("checkout", minute, 3);
            assertThat(slow.close(minute)).isEmpty();
        }
        counts.add("checkout", START + DAY + 1, 5000);
        for (int minute = 0; minute < 4; minute++) {
            assertThat(slow.close(START + DAY + minute)).isEmpty();
        }
        assertThat(slow.close(START + DAY + 4)).hasSize(1);
    }
}
