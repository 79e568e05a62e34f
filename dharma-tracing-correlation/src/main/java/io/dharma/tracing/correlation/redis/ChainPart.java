package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a batch has of one chain. One thread, but for what was rejected. */
final class ChainPart {

    /** How many hops go into one command: Lua takes some thousand arguments at once. */
    private static final int MAX_HOPS_PER_COMMAND = 500;

    private final String correlationId;
    private final List<byte[]> fieldsAndValues = new ArrayList<>(8);
    private final List<EntryOf> entries = new ArrayList<>(2);
    private @Nullable Map<String, EntryOf> mentions;
    private boolean failed;
    private volatile boolean rejected;

    /**
     * An entry of the index, and of whom.
     *
     * @param userKey null if the user is not known
     */
    record EntryOf(String service, @Nullable String userKey, IndexEntry entry) {}

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

    private static EntryOf entry(CorrelatedHop hop, Name name) {
        return new EntryOf(hop.hop().service(), hop.userKey(), IndexEntry.of(hop, name));
    }

    String correlationId() {
        return correlationId;
    }

    int hops() {
        return fieldsAndValues.size() / 2;
    }

    /** Whether one of the hops did. */
    boolean hasFailed() {
        return failed;
    }

    void reject() {
        rejected = true;
    }

    boolean isRejected() {
        return rejected;
    }

    /** Fields and values, in parts that one command takes. */
    List<List<byte[]>> commands() {
        int max = 2 * MAX_HOPS_PER_COMMAND;
        if (fieldsAndValues.size() <= max) {
            return List.of(fieldsAndValues);
        }
        List<List<byte[]>> parts = new ArrayList<>();
        for (int from = 0; from < fieldsAndValues.size(); from += max) {
            parts.add(fieldsAndValues.subList(from, Math.min(fieldsAndValues.size(), from + max)));
        }
        return parts;
    }

    /** How the request entered services. */
    List<EntryOf> entries() {
        return entries;
    }

    /** By which the chain is found of users who were not known when it entered a service here. */
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
        return List.copyOf(others.values());
    }
}
