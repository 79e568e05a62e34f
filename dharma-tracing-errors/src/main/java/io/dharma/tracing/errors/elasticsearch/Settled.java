package io.dharma.tracing.errors.elasticsearch;

import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.spi.RecentlyUsed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of records of batches that are not through yet, so that only the rest is sent when they come again. To forget
 * one costs that it is sent once more, which does no harm: it has its id. Any thread.
 */
final class Settled {

    private static final int MOST = 4096;

    static final String ARRIVED = "";

    /** Why it was rejected, by kind and id. */
    private final Map<String, String> rejections = new RecentlyUsed<>(MOST);

    /** {@link #ARRIVED}, or why it was rejected; null for one that is not settled. */
    synchronized @Nullable String fate(ErrorRecord record) {
        return rejections.isEmpty() ? null : rejections.get(key(record));
    }

    synchronized void arrived(ErrorRecord record) {
        rejections.put(key(record), ARRIVED);
    }

    synchronized void rejected(ErrorRecord record, String reason) {
        rejections.put(key(record), reason);
    }

    /** They do not come again. */
    synchronized void forget(List<ErrorRecord> batch) {
        if (!rejections.isEmpty()) {
            batch.forEach(record -> rejections.remove(key(record)));
        }
    }

    private static String key(ErrorRecord record) {
        return record.getClass().getSimpleName() + record.id();
    }
}
