package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.redis.Pages.StreamEntry;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was found for a query so far. Entries come in about in the order in which their hops ended, and the newest by
 * their start are wanted, so reading goes on until no entry can be newer than those that there are. Entries that were
 * written twice count once. Any thread.
 */
final class Findings {

    /** So much is read for one question at most, about ten megabytes. */
    private static final int MAX_EXAMINED = 100_000;

    /** By how much the clocks of services may be ahead of Redis's. */
    private static final long MAX_CLOCK_DIFFERENCE_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private static final Instant LAST = Instant.ofEpochSecond(0, Long.MAX_VALUE);

    private final ChainQuery query;
    private final long from;
    private final long to;

    /** Whether every entry that fits counts, or only those whose name, not known yet, is that of the service. */
    private final boolean servicesVary;

    // Guarded by this.
    private final Set<IndexEntry> found = new LinkedHashSet<>();
    private final Set<String> chainsWithEntries = new HashSet<>();
    private final Set<String> chains = new HashSet<>();

    /** Of each chain the one that was read first. */
    private final PriorityQueue<Long> newestStarts = new PriorityQueue<>();

    private int examined;

    /**
     * @param oldest from when on anything can still be kept, in nanoseconds since 1970
     * @param servicesVary whether entries of other services than the one that is wanted come in as well
     */
    Findings(ChainQuery query, long oldest, boolean servicesVary) {
        this.query = query;
        this.from = Math.max(oldest, nanos(query.from()));
        this.to = nanos(query.to());
        this.servicesVary = servicesVary;
    }

    /** Within what nanoseconds can say. */
    static long nanos(Instant time) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        return time.isAfter(LAST) ? Long.MAX_VALUE : TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    /** Whether it is worth to read on in this stream, which goes from the newest to the oldest. */
    synchronized boolean add(List<StreamEntry> page, int size) {
        examined += size;
        page.forEach(this::add);
        return examined < MAX_EXAMINED && !(isFull() && !page.isEmpty() && isTooOld(page.get(page.size() - 1)));
    }

    private void add(StreamEntry stored) {
        IndexEntry entry = IndexEntry.decode(stored.value());
        if (entry == null) {
            return;
        }
        if (!entry.mention()) {
            chainsWithEntries.add(entry.correlationId());
        }
        boolean fits =
                entry.startEpochNanos() >= from && entry.startEpochNanos() < to && (!query.failed() || entry.failed());
        if (fits && found.add(entry) && chains.add(entry.correlationId())) {
            newestStarts.add(entry.startEpochNanos());
            if (newestStarts.size() > query.limit()) {
                newestStarts.remove();
            }
        }
    }

    /** How many chains there is room for, as far as is known; 0 if only one can still take the place of another. */
    synchronized int missing() {
        return query.limit() - newestStarts.size();
    }

    /** Whether nothing of what is older is wanted. */
    synchronized boolean isFull() {
        return !servicesVary && newestStarts.size() >= query.limit();
    }

    synchronized boolean isExhausted() {
        return examined >= MAX_EXAMINED;
    }

    /** What arrived before the oldest that counts began, began even earlier. */
    private boolean isTooOld(StreamEntry last) {
        Long oldestThatCounts = newestStarts.peek();
        return oldestThatCounts != null
                && last.arrivedEpochMillis() + MAX_CLOCK_DIFFERENCE_MILLIS
                        < TimeUnit.NANOSECONDS.toMillis(oldestThatCounts);
    }

    /** The names of all that may be listed. */
    synchronized List<Long> names() {
        return candidates().map(IndexEntry::name).distinct().toList();
    }

    synchronized List<ChainSummary> list(NameReader.Names names) {
        Map<String, ChainSummary> listed = new LinkedHashMap<>();
        candidates()
                .map(entry -> entry.named(names.operation(entry.name())))
                .filter(query::matches)
                .forEach(entry -> listed.merge(entry.correlationId(), entry, ChainSummary::and));
        return listed.values().stream()
                .sorted(Comparator.comparing(ChainSummary::start).reversed())
                .limit(query.limit())
                .toList();
    }

    /** All of the newest chains; of one that entered a service no mere mentions. */
    private Stream<IndexEntry> candidates() {
        if (servicesVary) {
            return entries();
        }
        Set<String> newest = entries()
                .sorted(Comparator.comparingLong(IndexEntry::startEpochNanos).reversed())
                .map(IndexEntry::correlationId)
                .distinct()
                .limit(query.limit())
                .collect(Collectors.toSet());
        return entries().filter(entry -> newest.contains(entry.correlationId()));
    }

    private Stream<IndexEntry> entries() {
        return found.stream().filter(entry -> !entry.mention() || !chainsWithEntries.contains(entry.correlationId()));
    }
}
