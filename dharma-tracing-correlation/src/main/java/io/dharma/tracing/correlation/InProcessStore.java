package io.dharma.tracing.correlation;

import io.dharma.tracing.pipeline.Delivery;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Keeps the chains of the recent past in this process, as far as it took part in them: what there is without any
 * configuration, and what answers while another store cannot.
 *
 * <p>Bounded by the number of chains and by their bytes. Room is made by whole chains, those first whose last hop came
 * longest ago. One chain takes a quarter of the bytes at most, after which its further hops are left out.
 *
 * <p>Any thread. Answers at once: all stages are complete when they are returned. A look-up by id takes microseconds, a
 * list some 100 ns for every chain that is kept.
 */
public final class InProcessStore implements CorrelationStore {

    /** How many chains are kept unless said otherwise. */
    public static final int DEFAULT_MAX_CHAINS = 10_000;

    /** How much heap chains take at most unless said otherwise: 10,000 hops or so. */
    public static final long DEFAULT_MAX_BYTES = 4L << 20;

    private final int maxChains;
    private final long maxBytes;

    /** The one whose last hop came longest ago first. Guarded by itself, for moments only. */
    private final Map<String, KeptChain> chains = new LinkedHashMap<>();

    private long bytes;
    private long forgottenHops;

    /**
     * One that keeps so much.
     *
     * @param maxChains how many chains at most
     * @param maxBytes how much heap they take at most, by estimate
     * @throws IllegalArgumentException if one of them is not positive
     */
    public InProcessStore(int maxChains, long maxBytes) {
        this.maxChains = (int) positive(maxChains, "maxChains");
        this.maxBytes = positive(maxBytes, "maxBytes");
    }

    /** One that keeps 10,000 chains and 4 MiB at most. */
    public InProcessStore() {
        this(DEFAULT_MAX_CHAINS, DEFAULT_MAX_BYTES);
    }

    private static long positive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
        }
        return value;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean isNonBlocking() {
        return true;
    }

    @Override
    public CompletionStage<Delivery> deliver(List<CorrelatedHop> batch) {
        batch.forEach(this::keep);
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    /** Keeps a hop, and makes room for it. */
    void keep(CorrelatedHop hop) {
        synchronized (chains) {
            add(hop);
            makeRoom();
        }
    }

    private void add(CorrelatedHop hop) {
        // Out and in again, so that it is the last to make room.
        KeptChain known = chains.remove(hop.correlationId());
        KeptChain chain = known == null ? new KeptChain(hop.correlationId()) : known;
        long before = known == null ? 0 : known.bytes();
        if (!chain.add(hop, maxBytes / 4)) {
            forgottenHops++;
        }
        chains.put(hop.correlationId(), chain);
        bytes += chain.bytes() - before;
    }

    private void makeRoom() {
        Iterator<KeptChain> oldestFirst = chains.values().iterator();
        while ((bytes > maxBytes || chains.size() > maxChains) && oldestFirst.hasNext()) {
            KeptChain oldest = oldestFirst.next();
            oldestFirst.remove();
            bytes -= oldest.bytes();
            forgottenHops += oldest.size();
        }
    }

    @Override
    public CompletionStage<List<Hop>> hops(String correlationId) {
        return answer(() -> {
            KeptChain chain = chains.get(correlationId);
            return chain == null ? List.of() : chain.hops();
        });
    }

    @Override
    public CompletionStage<List<ChainSummary>> find(ChainQuery query) {
        return answer(() -> {
            List<ChainSummary> found = new ArrayList<>();
            for (KeptChain chain : chains.values()) {
                ChainSummary entry = chain.entry(query);
                if (entry != null) {
                    found.add(entry);
                }
            }
            found.sort(ChainSummary.NEWEST_FIRST);
            return List.copyOf(found.subList(0, Math.min(query.limit(), found.size())));
        });
    }

    @Override
    public CompletionStage<Integer> erase(String userKey) {
        return answer(() -> {
            int before = chains.size();
            chains.values().removeIf(chain -> {
                boolean erased = chain.isOf(userKey);
                bytes -= erased ? chain.bytes() : 0;
                return erased;
            });
            return before - chains.size();
        });
    }

    private <T> CompletionStage<T> answer(Supplier<T> question) {
        synchronized (chains) {
            return CompletableFuture.completedFuture(question.get());
        }
    }

    /** What is kept now. */
    public ChainStats stats() {
        synchronized (chains) {
            return new ChainStats(chains.size(), bytes, forgottenHops);
        }
    }
}
