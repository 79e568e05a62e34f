package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class ErrorTrackersTest {

    @Test
    void current_isTheLastOneInstalledUntilItIsUninstalled() {
        ErrorTracker first = new ErrorTracker();
        ErrorTracker second = new ErrorTracker();

        ErrorTrackers.install(first);
        ErrorTrackers.install(second);
        ErrorTrackers.uninstall(first);
        assertThat(ErrorTrackers.current()).containsSame(second);

        ErrorTrackers.uninstall(second);
        ErrorTrackers.uninstall(second);
        assertThat(ErrorTrackers.current()).isEmpty();
    }

    @Test
    void forgottenTracker_isNotHeld() {
        ErrorTrackers.install(new ErrorTracker());

        await().untilAsserted(() -> {
            System.gc();
            assertThat(ErrorTrackers.current()).isEmpty();
        });
    }
}
