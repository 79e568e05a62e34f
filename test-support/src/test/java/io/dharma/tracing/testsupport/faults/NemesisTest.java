package io.dharma.tracing.testsupport.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.testsupport.faults.Nemesis.Strike;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class NemesisTest {

    private static final List<Fault> FAULTS =
            List.of(Fault.blackhole(), Fault.resetAtOnce(), Fault.delay(Duration.ofMillis(5)));

    private static Nemesis nemesis(long seed, Duration length) {
        return Nemesis.schedule(seed, length, Duration.ofMillis(10), Duration.ofMillis(40), FAULTS);
    }

    @Test
    void schedule_isTheSameForTheSameSeed() {
        Duration minute = Duration.ofMinutes(1);

        assertThat(nemesis(7, minute).strikes())
                .isEqualTo(nemesis(7, minute).strikes())
                .isNotEqualTo(nemesis(8, minute).strikes());
    }

    @Test
    void schedule_alternatesAndEndsWell() {
        List<Strike> strikes = nemesis(7, Duration.ofSeconds(1)).strikes();

        for (int i = 0; i < strikes.size(); i++) {
            assertThat(strikes.get(i).fault().equals(Fault.pass())).isEqualTo(i % 2 == 1);
        }
        assertThat(strikes.size()).isEven().isGreaterThan(10);
        assertThat(strikes).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
    }

    @Test
    void torment_setsTheFaultsAndHeals() throws InterruptedException {
        Set<String> seen = new ConcurrentSkipListSet<>();
        try (FaultProxy proxy = FaultProxy.to(URI.create("http://127.0.0.1:1/"))) {
            nemesis(7, Duration.ofSeconds(2))
                    .torment(
                            proxy,
                            () -> Awaitility.await()
                                    .pollInterval(Duration.ofMillis(1))
                                    .until(() -> {
                                        seen.add(proxy.fault().toString());
                                        return seen.size() == 4;
                                    }));

            assertThat(proxy.fault()).isEqualTo(Fault.pass());
        }
        assertThat(seen).containsExactly("BLACKHOLE", "DELAY 5 ms", "PASS", "RESET_AT_ONCE");
    }

    @Test
    void failure_namesTheSeedAndWhatWasDone() {
        try (FaultProxy proxy = FaultProxy.to(URI.create("http://127.0.0.1:1/"))) {
            Nemesis nemesis = nemesis(42, Duration.ofHours(1));

            assertThatThrownBy(() -> nemesis.torment(proxy, () -> {
                        throw new IllegalStateException("3 lost");
                    }))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("-Dnemesis.seed=42")
                    .hasMessageContaining("0 ms ")
                    .hasMessageEndingWith("3 lost");
            assertThatThrownBy(() -> nemesis.check(() -> {
                        throw new AssertionError("2 lost");
                    }))
                    .hasMessageContaining("-Dnemesis.seed=42")
                    .hasMessageEndingWith("2 lost");
        }
    }
}
