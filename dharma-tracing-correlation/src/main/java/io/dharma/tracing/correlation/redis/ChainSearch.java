package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.redis.Keys.ServiceHour;
import io.dharma.tracing.redis.RedisConnection;
import io.dharma.tracing.redis.RedisRequest;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Finds chains by the indexes: one stream of a user, or the streams of services hour by hour from the newest. Hours in
 * which there is nothing are passed over in lots, which double until they span days. Any thread.
 */
final class ChainSearch {

    /** By how much the clock of a service may be ahead of ours. */
    private static final long AHEAD_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Of a system with more services some are left out where none is named. */
    private static final int MAX_SERVICES = 500;

    /** How many streams are read at once: enough to keep a server busy, and few enough to have each answer in time. */
    private static final int AT_A_TIME = 16;

    /** Of most questions the newest hours say enough, the first of them being that in which nobody is yet. */
    private static final int FIRST_HOURS = 2;

    /** So that a year without any costs some forty round trips. */
    private static final int MOST_HOURS = 256;

    private final RedisConnection route;
    private final Pages pages;
    private final Keys keys;
    private final NameReader names;
    private final Duration longest;
    private final Clock clock;

    ChainSearch(RedisConnection route, Pages pages, Keys keys, NameReader names, Retention retention, Clock clock) {
        this.route = route;
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

    /** Asks for no more than is likely to be listed: of many streams each has a part of it. */
    private CompletableFuture<Void> read(byte[] stream, Findings findings) {
        return WrongTypes.ignored(pages.backwards(stream, findings.missing(), findings::add));
    }

    // ---- hours

    private CompletableFuture<Void> readHours(ChainQuery query, Findings findings) {
        long now = clock.now();
        long newest = Math.min(Findings.nanos(query.to()), now + AHEAD_NANOS);
        long oldest = Math.max(Findings.nanos(query.from()), now - longest.toNanos());
        return readHours(Keys.hourOf(newest), Keys.hourOf(oldest), FIRST_HOURS, query, findings);
    }

    /** @param some of how many hours it is asked at once whether there is anything, before one of them is read */
    private CompletableFuture<Void> readHours(long newest, long oldest, int some, ChainQuery query, Findings findings) {
        if (newest < oldest || findings.isFull() || findings.isExhausted()) {
            return nothing();
        }
        long last = Math.max(oldest, newest - some + 1);
        return hoursWithAny(newest, last, query)
                .thenCompose(hours -> readOneByOne(hours.iterator(), query, findings))
                .thenCompose(done -> readHours(last - 1, oldest, Math.min(2 * some, MOST_HOURS), query, findings));
    }

    /** The newest first. */
    private CompletableFuture<List<Long>> hoursWithAny(long newest, long last, ChainQuery query) {
        List<Long> hourOfKey = new ArrayList<>();
        List<byte[]> markers = new ArrayList<>();
        for (long hour = newest; hour >= last; hour--) {
            for (byte[] key : markersOf(hour, query)) {
                hourOfKey.add(hour);
                markers.add(key);
            }
        }
        return route.askAll(markers.stream().map(ChainSearch::exists).toList())
                .thenApply(answers -> IntStream.range(0, answers.size())
                        .filter(i -> isThere(answers.get(i)))
                        .mapToObj(hourOfKey::get)
                        .distinct()
                        .toList());
    }

    /** Without any of these keys there is nothing of this hour. */
    private List<byte[]> markersOf(long hour, ChainQuery query) {
        String service = query.service();
        return service == null ? List.of(keys.services(hour)) : streamsOf(named(service, hour), query);
    }

    private static Function<RedisRequest.Reply, RedisRequest> exists(byte[] key) {
        return reply -> RedisRequest.ask("EXISTS", key, List.of(), reply);
    }

    private static boolean isThere(List<Object> answer) {
        return !answer.isEmpty() && answer.get(0) instanceof Long count && count > 0;
    }

    private CompletableFuture<Void> readOneByOne(Iterator<Long> hours, ChainQuery query, Findings findings) {
        if (!hours.hasNext() || findings.isFull() || findings.isExhausted()) {
            return nothing();
        }
        return services(hours.next(), query)
                .thenCompose(services -> readAll(services, query, findings))
                .thenCompose(done -> readOneByOne(hours, query, findings));
    }

    // ---- one hour

    private CompletableFuture<List<ServiceHour>> services(long hour, ChainQuery query) {
        String service = query.service();
        if (service != null) {
            return CompletableFuture.completedFuture(List.of(named(service, hour)));
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

    private static ServiceHour named(String service, long hour) {
        return new ServiceHour(Name.cut(service, Name.MAX_SERVICE_LENGTH), hour);
    }

    private CompletableFuture<Void> readAll(List<ServiceHour> services, ChainQuery query, Findings findings) {
        List<byte[]> streams = services.stream()
                .flatMap(service -> streamsOf(service, query).stream())
                .toList();
        return Several.atATime(
                AT_A_TIME, streams, stream -> findings.isExhausted() ? nothing() : read(stream, findings));
    }

    private List<byte[]> streamsOf(ServiceHour service, ChainQuery query) {
        return query.failed()
                ? List.of(keys.service(service, true))
                : List.of(keys.service(service, true), keys.service(service, false));
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }
}
