package io.dharma.tracing.errors.alert;

import io.dharma.tracing.spi.RecentlyUsed;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What was said a short while ago, so that it is not said again, nor less after more. Of too many things the one is
 * forgotten that was not asked about for longest. One thread at a time.
 */
final class RecentAlerts {

    private static final int MOST = 4_000;

    private final long cooldownNanos;
    private final Map<Said, Long> said = new RecentlyUsed<>(MOST);

    RecentAlerts(long cooldownNanos) {
        this.cooldownNanos = cooldownNanos;
    }

    private record Said(String subject, AlertLevel level) {

        /** By hand: what the JDK makes for records keeps the class loader from being collected on 17 (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Said other
                    && Objects.equals(subject, other.subject)
                    && Objects.equals(level, other.level);
        }

        @Override
        public int hashCode() {
            return Objects.hash(subject, level);
        }
    }

    boolean contains(String subject, AlertLevel level, long now) {
        for (AlertLevel other : AlertLevel.values()) {
            Long at = other.compareTo(level) < 0 ? null : said.get(new Said(subject, other));
            if (at != null && now - at < cooldownNanos) {
                return true;
            }
        }
        return false;
    }

    void add(String subject, AlertLevel level, long now) {
        said.put(new Said(subject, level), now);
    }
}
