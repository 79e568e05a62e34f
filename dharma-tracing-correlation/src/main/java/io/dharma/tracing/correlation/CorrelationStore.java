package io.dharma.tracing.correlation;

import io.dharma.tracing.pipeline.Sink;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Where the hops of requests are kept, and found again by their correlation id: in this process, in Redis, or in one
 * of your own.
 *
 * <p>Hops come in as batches, like all that a {@link Sink} gets: from one thread, repeated until they are said to be
 * delivered, so keeping one a second time must change nothing. Questions may come from any thread and at any time, also
 * while the store cannot be reached and after it was closed. No method waits for anything: what takes time goes on
 * behind the stage that it returns, which completes exceptionally if the store cannot answer. Nothing that
 * a store finds in its place of keeping may make an answer fail: what it does not understand, such as a record of a later
 * version, it leaves out.
 */
public interface CorrelationStore extends Sink<CorrelatedHop> {

    /**
     * All hops that are kept of a chain.
     *
     * @param correlationId any text
     * @return in any order, perhaps some of them more than once; empty if nothing is kept
     */
    CompletionStage<List<Hop>> hops(String correlationId);

    /**
     * Which chains are kept, as they went in the services that they entered: the newest first, and each once, by the first
     * of its entries that is wanted, and as failed if any of those failed.
     */
    CompletionStage<List<ChainSummary>> find(ChainQuery query);

    /**
     * Removes what is kept about a user: the chains with a hop of this user, wherever the rest of them happened, and their
     * entries in indexes. Hops that are delivered later are kept as any others.
     *
     * @param userKey any text
     * @return how many chains were removed
     */
    CompletionStage<Integer> erase(String userKey);
}
