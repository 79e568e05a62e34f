package io.dharma.tracing.errors.logging;

import io.dharma.tracing.errors.ErrorStats;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.ErrorTrackers;
import io.dharma.tracing.errors.ServiceIdentity;

/** The tracker of the process, until it is closed. */
final class InstalledTracker implements AutoCloseable {

    private final ErrorTracker tracker = ErrorTracker.builder(new ServiceIdentity("shop", null, null, "shop-1", null))
            .build();

    InstalledTracker() {
        ErrorTrackers.install(tracker);
    }

    void capture(Throwable throwable) {
        tracker.capture(throwable);
    }

    ErrorStats stats() {
        return tracker.stats();
    }

    @Override
    public void close() {
        ErrorTrackers.uninstall(tracker);
        tracker.close();
    }
}
