package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Outcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a batch has of one chain. One thread, but for what was rejected: that is said on any. */
final class ChainPart {

    /** How many hops go into one command: Lua takes some thousand arguments at once. */
    private static final int MAX_HOPS_PER_COMMAND = 500;

    private final String correlationId;
    private final List<byte[]> fieldsAndValues = new ArrayList<>(8);
    private final List<EntryOf> entries = new ArrayList<>(2);
    private @Nullable Map<String, EntryOf> mentions;
    private boolean failed;

    // Guarded by itself.
    private final BitSet rejected = new BitSet();

    /**
     * An entry of the index, and of whom.
     *
     * @param hop which one of this part it is
     * @param userKey null if the user is not known
     */
    record EntryOf(int hop, String service, @Nullable String userKey, IndexEntry entry) {}

    /**
     * As many hops as one command takes.
     *
     * @param first which one of this part is its first
     */
    record Lot(int first, List<byte[]> fieldsAndValues) {

        private int end() {
            return first + fieldsAndValues.size() / 2;
        }
    }

    ChainPart(String correlationId) {
        this.correlationId = correlationId;
    }

    void add(CorrelatedHop hop, Name name, @Nullable Name errorType) {
        fieldsAndValues.add(TraceIds.field(hop.hop().id()));
        fieldsAndValues.add(HopCodec.encode(hop, name, errorType));
        failed |= hop.hop().outcome() == Outcome.ERROR;
        if (hop.entry()) {
            entries.add(entry(hop, name));
        } else if (hop.userKey() != null) {
            mention(hop.userKey(), hop, name);
        }
    }

    /** One of each user is enough to find the chain by. */
    private void mention(String userKey, CorrelatedHop hop, Name name) {
        if (mentions == null) {
            mentions = new HashMap<>();
        }
        mentions.computeIfAbsent(userKey, key -> entry(hop, name));
    }

    private EntryOf entry(CorrelatedHop hop, Name name) {
        return new EntryOf(hops() - 1, hop.hop().service(), hop.userKey(), IndexEntry.of(hop, name));
    }

    String correlationId() {
        return correlationId;
    }

    private int hops() {
        return fieldsAndValues.size() / 2;
    }

    /** Whether one of the hops did. */
    boolean hasFailed() {
        return failed;
    }

    List<Lot> lots() {
        List<Lot> lots = new ArrayList<>(1);
        for (int first = 0; first < hops(); first += MAX_HOPS_PER_COMMAND) {
            int end = Math.min(hops(), first + MAX_HOPS_PER_COMMAND);
            lots.add(new Lot(first, fieldsAndValues.subList(2 * first, 2 * end)));
        }
        return lots;
    }

    // ---- what is not kept

    /** All of this lot. */
    void reject(Lot lot) {
        synchronized (rejected) {
            rejected.set(lot.first(), lot.end());
        }
    }

    /** @param place of one hop in this lot, the first being 1, as the script that was to write it said */
    void reject(Lot lot, @Nullable Object place) {
        if (place instanceof Long number && number >= 1 && number <= lot.end() - lot.first()) {
            synchronized (rejected) {
                rejected.set(lot.first() + number.intValue() - 1);
            }
        }
    }

    /** How many hops. */
    int rejected() {
        synchronized (rejected) {
            return rejected.cardinality();
        }
    }

    private boolean isKept(EntryOf entry) {
        synchronized (rejected) {
            return !rejected.get(entry.hop());
        }
    }

    // ---- what leads to it

    /** How the request entered services, as far as that is kept. */
    List<EntryOf> entries() {
        return entries.stream().filter(this::isKept).toList();
    }

    /** By which the chain is found of users who were not known when it entered a service here, as far as that is kept. */
    List<EntryOf> mentions() {
        if (mentions == null) {
            return List.of();
        }
        Map<String, EntryOf> others = new HashMap<>(mentions);
        for (EntryOf entry : entries) {
            if (entry.userKey() != null) {
                others.remove(entry.userKey());
            }
        }
        return others.values().stream().filter(this::isKept).toList();
    }
}
