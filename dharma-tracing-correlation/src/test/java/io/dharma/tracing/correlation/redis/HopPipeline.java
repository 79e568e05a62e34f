package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.correlation.redis.Chains.CorrelationChain;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.pipeline.SinkStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A store behind the pipeline that it is made for, and what went through it. */
final class HopPipeline implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Pipeline<CorrelatedHop, CorrelatedHop> pipeline;
    /** In the words of every assertion; {@code -Dredis.seed=} takes it again. */
    private final long seed = Long.getLong("redis.seed", System.nanoTime());

    private final Chains chains = new Chains(seed, Chains.now());
    private final List<CorrelationChain> offered = new ArrayList<>();

    HopPipeline(CorrelationStore store, long maxQueueBytes) {
        pipeline = Pipeline.<CorrelatedHop, CorrelatedHop>builder("hops", new HopType(), hop -> hop)
                .sink(store)
                .maxQueueBytes(maxQueueBytes)
                .maxBatchDelay(Duration.ofMillis(20))
                .build();
    }

    private static final class HopType implements RecordType<CorrelatedHop> {

        @Override
        public int sizeOf(CorrelatedHop hop) {
            return 400;
        }

        @Override
        public Priority priority(CorrelatedHop hop) {
            return Priority.NORMAL;
        }
    }

    /** Offers so many new chains, every tenth of them with an error. */
    void offer(int count) {
        for (int i = 0; i < count; i++) {
            offer(chains.next("user-" + i % 7, i % 10 == 0));
        }
    }

    void offer(CorrelationChain chain) {
        offered.add(chain);
        chain.correlated().forEach(pipeline::offer);
    }

    /** Offers so many new chains of which only the pipeline knows, whatever becomes of them. */
    void fill(int count) {
        for (int i = 0; i < count; i++) {
            chains.next().correlated().forEach(pipeline::offer);
        }
    }

    CorrelationChain nextChain() {
        return chains.next();
    }

    List<CorrelationChain> offered() {
        return List.copyOf(offered);
    }

    PipelineStats stats() {
        return pipeline.stats();
    }

    SinkStats sink() {
        return pipeline.stats().sinks().get(0);
    }

    void awaitState(SinkState state) {
        await(toString()).atMost(PATIENCE).until(() -> sink().state() == state);
    }

    void awaitFailures(long more) {
        long before = sink().failedDeliveries();
        await(toString()).atMost(PATIENCE).until(() -> sink().failedDeliveries() >= before + more);
    }

    /** All that was offered arrived, and is accounted for. */
    void assertDeliveredWithin(Duration time) {
        long start = System.nanoTime();
        boolean flushed = pipeline.flush(time);
        assertThat(flushed).as("%s", this).isTrue();
        assertThat(System.nanoTime() - start).isLessThan(time.toNanos());
        PipelineStats stats = pipeline.stats();
        assertThat(stats.offered()).as("%s", this).isEqualTo((long) offered.size() * Chains.HOPS);
        assertThat(stats.dropped()).as("%s", this).isEmpty();
        assertThat(sink().dropped()).as("%s", this).isEmpty();
        assertThat(sink().delivered()).as("%s", this).isEqualTo(stats.offered());
        assertThat(sink().state()).as("%s", this).isEqualTo(SinkState.HEALTHY);
    }

    /** Every chain that was offered can be read, with all its hops. */
    void assertComplete(CorrelationStore reader) throws Exception {
        for (CorrelationChain chain : offered) {
            assertThat(reader.hops(chain.id()).toCompletableFuture().get(20, TimeUnit.SECONDS))
                    .as("%s of %s", chain.id(), this)
                    .containsExactlyInAnyOrderElementsOf(chain.hops());
        }
    }

    boolean flush(Duration time) {
        return pipeline.flush(time);
    }

    @Override
    public void close() {
        pipeline.close();
    }

    @Override
    public String toString() {
        return "chains of seed " + seed + ", " + pipeline.stats();
    }
}
