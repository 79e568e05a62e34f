package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.ErrorGroup;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ErrorRatesTest {

    private static final long START = 28_000L * 1440;
    private static final int DAY = 1440;
    private static final ErrorGroup USUAL = SampleAlerts.group("v1-usual");
    private static final ErrorGroup OTHER = SampleAlerts.group("v1-other");

    private final ErrorRates rates = new ErrorRates(SpikeSettings.defaults(), START * 60);
    private final List<RateSpike> told = new ArrayList<>();
    private long minute = START;

    /** In one minute, with a trouble that is always there. */
    private void count(ErrorGroup group, @Nullable String operation, long count) {
        rates.counted(group, operation, minute, count);
    }

    private void pass() {
        minute++;
        told.addAll(rates.close(minute * 60 + 5));
    }

    private void aDayAsUsual() {
        for (int i = 0; i < DAY; i++) {
            count(USUAL, "search", 3);
            pass();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void minute_isClosedOnceAndFiveSecondsAfterItsEnd() {
        aDayAsUsual();
        count(USUAL, "search", 900);

        assertThat(rates.close((minute + 1) * 60 + 4)).isEmpty();
        assertThat(rates.close((minute + 1) * 60 + 5)).hasSize(1);
        assertThat(rates.close((minute + 1) * 60 + 10)).isEmpty();
        assertThat(rates.close((minute + 1) * 60 - 20)).isEmpty();
    }

    @Test
    void groupsSpike_standsForItsOperationsAndTheServices() {
        aDayAsUsual();
        count(OTHER, "charge", 200);
        pass();

        assertThat(told).singleElement().satisfies(spike -> {
            assertThat(spike.group()).isEqualTo(OTHER);
            assertThat(spike.operation()).isEqualTo("charge");
        });
        assertThat(rates.explained()).isEqualTo(2);
    }

    @Test
    void groupsSpike_doesNotStandForAnotherOperations() {
        aDayAsUsual();
        count(OTHER, "charge", 200);
        for (int i = 0; i < 30; i++) {
            count(SampleAlerts.group("v1-" + i), "refund", 4);
        }
        pass();

        assertThat(told).extracting(RateSpike::operation).containsExactly("charge", "refund");
        assertThat(told.get(1).group()).isNull();
    }

    @Test
    void smallPart_doesNotStandForTheWhole() {
        aDayAsUsual();
        count(OTHER, "charge", 40);
        for (int i = 0; i < 300; i++) {
            count(SampleAlerts.group("v1-" + i), "charge", 2);
        }
        pass();

        assertThat(told).hasSize(2);
        assertThat(told.get(0).group()).isEqualTo(OTHER);
        assertThat(told.get(1).group()).isNull();
        assertThat(told.get(1).operation()).isEqualTo("charge");
    }

    @Test
    void errorsOutsideOfOperations_areOfTheGroup() {
        aDayAsUsual();
        count(OTHER, null, 200);
        pass();

        assertThat(told).singleElement().satisfies(spike -> {
            assertThat(spike.group()).isEqualTo(OTHER);
            assertThat(spike.operation()).isNull();
        });
    }

    @Test
    void moreGroupsThanAreWatched_areASpikeOfTheService() {
        aDayAsUsual();
        for (int i = 0; i < ErrorRates.MAX_GROUPS + 500; i++) {
            count(SampleAlerts.group("v1-" + i), "operation-" + i, 1);
        }
        pass();

        assertThat(told).singleElement().satisfies(spike -> {
            assertThat(spike.group()).isNull();
            assertThat(spike.operation()).isNull();
            assertThat(spike.reading().count()).isEqualTo(ErrorRates.MAX_GROUPS + 500);
        });
    }
}
