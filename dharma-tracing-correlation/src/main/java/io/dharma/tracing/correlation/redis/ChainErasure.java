package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.correlation.redis.Keys.ServiceHour;
import io.dharma.tracing.correlation.redis.Pages.StreamEntry;
import io.dharma.tracing.redis.RedisConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Removes the chains of a user, some hundred at a time: their entries in the indexes of services first, then the chains,
 * then their entries in the user's index. In this order each step leaves what is needed to find what is left, so that
 * what failed half way is completed by doing it again. Any thread.
 */
final class ChainErasure {

    /** So that the last of them is not waited for too long. */
    private static final int AT_A_TIME = 8;

    /** Nobody writes as fast as this for ever. */
    private static final int MAX_ROUNDS = 1_000;

    private final RedisConnection route;
    private final Pages pages;
    private final Keys keys;
    private final ChainReader chains;
    private final NameReader names;

    ChainErasure(RedisConnection route, Pages pages, Keys keys, ChainReader chains, NameReader names) {
        this.route = route;
        this.pages = pages;
        this.keys = keys;
        this.chains = chains;
        this.names = names;
    }

    /** Returns how many chains were removed. */
    CompletableFuture<Integer> erase(String userKey) {
        return erase(keys.user(userKey), MAX_ROUNDS, 0);
    }

    private CompletableFuture<Integer> erase(byte[] index, int rounds, int before) {
        List<StreamEntry> newest = new ArrayList<>();
        CompletableFuture<Void> read = pages.backwards(index, (page, size) -> {
            newest.addAll(page);
            return false;
        });
        return WrongTypes.ignored(read)
                .thenCompose(done -> newest.isEmpty() || rounds == 0
                        ? drop(index).thenApply(dropped -> before)
                        : eraseChains(newest)
                                .thenCompose(
                                        erased -> remove(index, ids(newest)).thenApply(removed -> before + erased))
                                .thenCompose(erased -> erase(index, rounds - 1, erased)));
    }

    /** Unless there are new entries. */
    private CompletableFuture<Void> drop(byte[] index) {
        return WrongTypes.ignored(route.run(Scripts.DROP, index));
    }

    // ---- chains

    private CompletableFuture<Integer> eraseChains(List<StreamEntry> stored) {
        List<IndexEntry> entries = stored.stream()
                .map(entry -> IndexEntry.decode(entry.value()))
                .filter(entry -> entry != null)
                .toList();
        Set<String> ids = new HashSet<>();
        entries.forEach(entry -> ids.add(entry.correlationId()));
        return indexesOf(entries, ids)
                .thenCompose(indexes -> all(indexes, index -> removeFrom(index, ids)))
                .thenCompose(done -> unlink(ids));
    }

    private CompletableFuture<Integer> unlink(Set<String> ids) {
        List<CompletableFuture<List<Object>>> answers =
                ids.stream().map(id -> route.ask("UNLINK", keys.chain(id))).toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> answers.stream().mapToInt(ChainErasure::count).sum());
    }

    private static int count(CompletableFuture<List<Object>> answered) {
        List<Object> answer = answered.join();
        return !answer.isEmpty() && answer.get(0) instanceof Long removed ? removed.intValue() : 0;
    }

    // ---- the indexes of services

    /** An index in which one of the chains may be. */
    private record ServiceIndex(ServiceHour service, boolean failed) {

        /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof ServiceIndex that && failed == that.failed && service.equals(that.service);
        }

        @Override
        public int hashCode() {
            return 31 * service.hashCode() + Boolean.hashCode(failed);
        }
    }

    /** What an entry says, in an index or in a chain, of where there is one like it. */
    private record Place(long name, long startEpochNanos, boolean failed) {}

    /** Also those of services that did not know the user: the chains tell. */
    private CompletableFuture<Set<ServiceIndex>> indexesOf(List<IndexEntry> entries, Set<String> ids) {
        Queue<Place> places = new ConcurrentLinkedQueue<>();
        for (IndexEntry entry : entries) {
            if (!entry.mention()) {
                places.add(new Place(entry.name(), entry.startEpochNanos(), entry.failed()));
            }
        }
        return all(ids, id -> chains.stored(id).thenAccept(stored -> addPlaces(stored, places)))
                .thenCompose(done -> indexesOf(places));
    }

    private static void addPlaces(List<StoredHop> chain, Queue<Place> places) {
        for (StoredHop hop : chain) {
            if (hop.entry()) {
                places.add(new Place(hop.name(), hop.startEpochNanos(), hop.failed()));
            }
        }
    }

    /** Where a name is not there any more, any service of the hour may be the one. */
    private CompletableFuture<Set<ServiceIndex>> indexesOf(Collection<Place> places) {
        return names.read(places.stream().map(Place::name).toList()).thenCompose(known -> {
            Set<ServiceIndex> indexes = ConcurrentHashMap.newKeySet();
            Set<Long> hoursOfUnknown = new HashSet<>();
            for (Place place : places) {
                if (known.hasOperation(place.name())) {
                    String service = known.operation(place.name()).service();
                    indexes.add(new ServiceIndex(ServiceHour.of(service, place.startEpochNanos()), place.failed()));
                } else {
                    hoursOfUnknown.add(Keys.hourOf(place.startEpochNanos()));
                }
            }
            return all(hoursOfUnknown, hour -> addAllOf(hour, indexes)).thenApply(done -> indexes);
        });
    }

    private CompletableFuture<Void> addAllOf(long hour, Set<ServiceIndex> indexes) {
        return WrongTypes.ignored(pages.scan("SSCAN", keys.services(hour), page -> {
            for (Object member : page) {
                if (member instanceof byte[] name) {
                    ServiceHour service = new ServiceHour(new String(name, UTF_8), hour);
                    indexes.add(new ServiceIndex(service, false));
                    indexes.add(new ServiceIndex(service, true));
                }
            }
        }));
    }

    private CompletableFuture<Void> removeFrom(ServiceIndex index, Set<String> ids) {
        byte[] key = keys.service(index.service(), index.failed());
        List<byte[]> theirs = new ArrayList<>();
        CompletableFuture<Void> read = pages.backwards(key, (page, size) -> {
            page.stream()
                    .filter(entry -> isOf(ids, IndexEntry.decode(entry.value())))
                    .forEach(entry -> theirs.add(entry.id()));
            return true;
        });
        return WrongTypes.ignored(read).thenCompose(done -> remove(key, theirs));
    }

    private static boolean isOf(Set<String> ids, @Nullable IndexEntry entry) {
        return entry != null && ids.contains(entry.correlationId());
    }

    // ---- entries

    private static List<byte[]> ids(List<StreamEntry> entries) {
        return entries.stream().map(StreamEntry::id).toList();
    }

    /** As many at a time as there are on a page. */
    private CompletableFuture<Void> remove(byte[] stream, List<byte[]> ids) {
        if (ids.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<byte[]> some = ids.subList(0, Math.min(Pages.SIZE, ids.size()));
        return route.ask("XDEL", stream, some.toArray(byte[][]::new))
                .thenCompose(done -> remove(stream, ids.subList(some.size(), ids.size())));
    }

    /** Some at a time. */
    private static <T> CompletableFuture<Void> all(Collection<T> things, Function<T, CompletableFuture<Void>> step) {
        return Several.atATime(AT_A_TIME, things, step);
    }
}
