package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class ErrorTrackersTest {

    @Test
    void current_isTheLastOneInstalledUntilItIsUninstalled() {
        try (ErrorTracker first = tracker();
                ErrorTracker second = tracker()) {
            ErrorTrackers.install(first);
            ErrorTrackers.install(second);
            ErrorTrackers.uninstall(first);
            assertThat(ErrorTrackers.current()).containsSame(second);

            ErrorTrackers.uninstall(second);
            ErrorTrackers.uninstall(second);
            assertThat(ErrorTrackers.current()).isEmpty();
        }
    }

    @Test
    void forgottenTracker_isNotHeld() {
        installAndForget();

        await().untilAsserted(() -> {
            System.gc();
            assertThat(ErrorTrackers.current()).isEmpty();
        });
    }

    private static void installAndForget() {
        try (ErrorTracker tracker = tracker()) {
            ErrorTrackers.install(tracker);
        }
    }

    private static ErrorTracker tracker() {
        return ErrorTracker.builder(new ServiceIdentity("shop", null, null, "shop-1", null))
                .build();
    }
}
