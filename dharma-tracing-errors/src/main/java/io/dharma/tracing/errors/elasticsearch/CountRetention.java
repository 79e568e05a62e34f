package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.elasticsearch.indices.ElasticsearchIndicesAsyncClient;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.spi.BackgroundLog;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Deletes months of counts whose time is over, since only data streams have a lifecycle on every server. Looks once a day;
 * what fails is left for the next one. Any thread.
 */
final class CountRetention {

    private static final BackgroundLog log = BackgroundLog.of(ElasticsearchErrorStore.class);
    private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);

    private final Indices indices;
    private final Duration retention;
    private final Clock clock;
    private final AtomicLong nextLook;

    CountRetention(Indices indices, Duration retention, Clock clock) {
        this.indices = indices;
        this.retention = retention;
        this.clock = clock;
        this.nextLook = new AtomicLong(clock.nanoTime());
    }

    /** Looks, if it is time to; does not wait for it. */
    void tend(ElasticsearchIndicesAsyncClient client) {
        long now = clock.nanoTime();
        long due = nextLook.get();
        if (now - due < 0 || !nextLook.compareAndSet(due, now + DAY_NANOS)) {
            return;
        }
        var unused = look(client).exceptionally(failure -> {
            if (NotAnswered.meaningOf(failure) instanceof Delivery.Refused) {
                log.info(
                        "Counts of errors are kept longer than {}: that needs view_index_metadata and delete_index of {}",
                        retention,
                        indices.allCounts());
            }
            return null;
        });
    }

    private CompletableFuture<Void> look(ElasticsearchIndicesAsyncClient client) {
        return client.resolveIndex(request -> request.name(indices.allCounts())).thenCompose(response -> {
            List<String> old = response.indices().stream()
                    .map(index -> index.name())
                    .filter(this::isOver)
                    .toList();
            return old.isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : client.delete(request -> request.index(old).ignoreUnavailable(true))
                            .thenApply(deleted -> null);
        });
    }

    private boolean isOver(String index) {
        Instant end = indices.endOfCounts(index);
        return end != null
                && end.plus(retention).isBefore(Instant.ofEpochSecond(TimeUnit.NANOSECONDS.toSeconds(clock.now())));
    }
}
