package io.dharma.tracing.correlation.redis;

import static io.dharma.tracing.correlation.redis.Pages.ascii;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.redis.Keys.ServiceHour;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Finds chains by the indexes: one stream of a user, or the streams of services hour by hour from the newest. Any
 * thread.
 */
final class ChainSearch {

    private static final byte[] OLDEST = ascii("-");

    /** By how much the clock of a service may be ahead of ours. */
    private static final long AHEAD_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Of a system with more services some are left out where none is named. */
    private static final int MAX_SERVICES = 500;

    private final Pages pages;
    private final Keys keys;
    private final NameReader names;
    private final Duration longest;
    private final Clock clock;

    ChainSearch(Pages pages, Keys keys, NameReader names, Retention retention, Clock clock) {
        this.pages = pages;
        this.keys = keys;
        this.names = names;
        this.longest = retention.ofServiceHour(true);
        this.clock = clock;
    }

    CompletableFuture<List<ChainSummary>> find(ChainQuery query) {
        String userKey = query.userKey();
        long oldest = clock.now() - longest.toNanos();
        Findings findings = new Findings(query, oldest, userKey != null && query.service() != null);
        CompletableFuture<Void> read =
                userKey != null ? read(keys.user(userKey), findings) : readHours(query, findings);
        return read.thenCompose(done -> names.read(findings.names())).thenApply(findings::list);
    }

    private CompletableFuture<Void> read(byte[] stream, Findings findings) {
        return WrongTypes.ignored(pages.backwards(stream, OLDEST, findings::add));
    }

    private CompletableFuture<Void> readHours(ChainQuery query, Findings findings) {
        long now = clock.now();
        long newest = Math.min(Findings.nanos(query.to()), now + AHEAD_NANOS);
        long oldest = Math.max(Findings.nanos(query.from()), now - longest.toNanos());
        return readHour(Keys.hourOf(newest), Keys.hourOf(oldest), query, findings);
    }

    private CompletableFuture<Void> readHour(long hour, long oldest, ChainQuery query, Findings findings) {
        if (hour < oldest || findings.isFull() || findings.isExhausted()) {
            return CompletableFuture.completedFuture(null);
        }
        return services(hour, query)
                .thenCompose(services -> readAll(services, query, findings))
                .thenCompose(done -> readHour(hour - 1, oldest, query, findings));
    }

    private CompletableFuture<List<ServiceHour>> services(long hour, ChainQuery query) {
        String service = query.service();
        if (service != null) {
            ServiceHour one = new ServiceHour(Name.cut(service, Name.MAX_SERVICE_LENGTH), hour);
            return CompletableFuture.completedFuture(List.of(one));
        }
        List<ServiceHour> services = new ArrayList<>();
        CompletableFuture<Void> read = pages.scan("SSCAN", keys.services(hour), page -> {
            for (Object member : page) {
                if (member instanceof byte[] name && services.size() < MAX_SERVICES) {
                    services.add(new ServiceHour(new String(name, UTF_8), hour));
                }
            }
        });
        return WrongTypes.ignored(read).thenApply(done -> services);
    }

    private CompletableFuture<Void> readAll(List<ServiceHour> services, ChainQuery query, Findings findings) {
        return CompletableFuture.allOf(services.stream()
                .flatMap(service -> streams(service, query))
                .map(stream -> read(stream, findings))
                .toArray(CompletableFuture<?>[]::new));
    }

    private Stream<byte[]> streams(ServiceHour service, ChainQuery query) {
        return query.failed()
                ? Stream.of(keys.service(service, true))
                : Stream.of(keys.service(service, true), keys.service(service, false));
    }
}
