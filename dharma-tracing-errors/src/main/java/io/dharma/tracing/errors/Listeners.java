package io.dharma.tracing.errors;

import io.dharma.tracing.spi.BackgroundLog;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All who hear of groups; whatever one of them does, the others hear of it. */
final class Listeners {

    private static final BackgroundLog LOG = BackgroundLog.of(ErrorTracker.class);

    private final List<GroupListener> all;
    private final AtomicBoolean hasFailed = new AtomicBoolean();

    Listeners(List<GroupListener> all) {
        this.all = List.copyOf(all);
    }

    void isNew(ErrorGroup group) {
        tell(listener -> listener.isNew(group));
    }

    void regressed(ErrorGroup group) {
        tell(listener -> listener.regressed(group));
    }

    void counted(ErrorGroup group, @Nullable String operation, Instant at, long occurrences) {
        long minute = Math.floorDiv(at.getEpochSecond(), 60L);
        tell(listener -> listener.counted(group, operation, minute, occurrences));
    }

    void tick() {
        tell(GroupListener::tick);
    }

    private void tell(Consumer<GroupListener> news) {
        for (GroupListener listener : all) {
            try {
                news.accept(listener);
            } catch (Throwable notOurs) {
                if (hasFailed.compareAndSet(false, true)) {
                    LOG.warn(
                            "Somebody who listens to groups of errors failed with {}; this is said once",
                            notOurs.getClass().getName());
                }
            }
        }
    }
}
