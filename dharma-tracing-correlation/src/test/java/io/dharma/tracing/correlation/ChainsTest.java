package io.dharma.tracing.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What several stores know, put together, and what becomes of it when one of them is not well. */
@Timeout(20)
class ChainsTest {

    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final InProcessStore here = new InProcessStore();
    private final InProcessStore there = new InProcessStore();
    private final List<Duration> flushes = new ArrayList<>();
    private final List<String> notDelivered = new ArrayList<>();

    /** A store that answers every question in the same way. */
    private record Answering(String name, Supplier<CompletionStage<Object>> answer) implements CorrelationStore {

        @Override
        public CompletionStage<Delivery> deliver(List<CorrelatedHop> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }

        @Override
        public CompletionStage<List<Hop>> hops(String correlationId) {
            return said();
        }

        @Override
        public CompletionStage<List<ChainSummary>> find(ChainQuery query) {
            return said();
        }

        @Override
        public CompletionStage<Integer> erase(String userKey) {
            return said();
        }

        @SuppressWarnings("unchecked") // none of them gives a value
        private <T> CompletionStage<T> said() {
            return (CompletionStage<T>) answer.get();
        }
    }

    private static final CorrelationStore SILENT = new Answering("silent", CompletableFuture::new);
    private static final CorrelationStore FAILING =
            new Answering("failing", () -> CompletableFuture.failedFuture(new IllegalStateException("away")));
    private static final CorrelationStore THROWING = new Answering("throwing", () -> {
        throw new IllegalStateException("broken");
    });

    private Chains chains(CorrelationStore... stores) {
        return new Chains(List.of(stores), PATIENCE, patience -> {
            flushes.add(patience);
            return notDelivered;
        });
    }

    private static void put(InProcessStore store, CorrelatedHop... hops) {
        store.deliver(List.of(hops)).toCompletableFuture().join();
    }

    private static CorrelatedHop entry(String chain, int span, int parent, String service, long startMs, long endMs) {
        return new CorrelatedHop(chain, "u1", true, Hops.server(span, parent, service, startMs, endMs));
    }

    @Test
    void chain_isPutTogetherFromAllStores() {
        CorrelatedHop shared = entry("c", 1, 0, "web", 0, 100);
        put(here, shared);
        put(there, shared, entry("c", 2, 1, "stock", 10, 50));

        RequestChain chain = chains(here, there).get("c").orElseThrow();

        assertThat(chain.correlationId()).isEqualTo("c");
        assertThat(chain.hops()).hasSize(2);
        assertThat(chain.services()).containsExactly("web", "stock");
        assertThat(chains(here, there).get("unknown")).isEmpty();
    }

    @Test
    void storesThatAreNotWell_costTheirPartOfTheAnswerOnly() {
        put(here, entry("c", 1, 0, "web", 0, 100));
        Chains chains = chains(SILENT, FAILING, THROWING, here);

        assertThat(chains.get("c").orElseThrow().hops()).hasSize(1);
        assertThat(chains.byService("web"))
                .extracting(ChainSummary::correlationId)
                .containsExactly("c");
    }

    /** What else a store may answer that is none: cancelled, an error, nothing, nothing in a list. */
    @Test
    void answersThatAreNone_neverReachTheAsker() {
        put(here, entry("c", 1, 0, "web", 0, 100));
        CompletableFuture<Object> cancelled = new CompletableFuture<>();
        cancelled.cancel(false);
        List<@Nullable Object> nothing = new ArrayList<>();
        nothing.add(null);
        List<Supplier<CompletionStage<Object>>> answers = List.of(
                () -> cancelled,
                () -> CompletableFuture.failedFuture(new CancellationException()),
                () -> CompletableFuture.completedFuture(null),
                () -> CompletableFuture.completedFuture(nothing),
                () -> {
                    throw new AssertionError("broken");
                });
        for (Supplier<CompletionStage<Object>> answer : answers) {
            Chains chains = chains(new Answering("odd", answer), here);
            assertThat(chains.get("c").orElseThrow().hops()).hasSize(1);
            assertThat(chains.find(ChainQuery.all())).hasSize(1);
        }
    }

    @Test
    void hopInTwoStores_isNoReplay() {
        CorrelatedHop shared = entry("c", 1, 0, "web", 0, 100);
        put(here, shared);
        put(there, shared);

        assertThat(chains(here, there).get("c").orElseThrow().replays()).isZero();
    }

    @Test
    void idThatNoChainCanHave_isNotAskedFor() {
        assertThat(chains(THROWING, here).get("x".repeat(10_000))).isEmpty();
        assertThat(chains(here).get("")).isEmpty();
    }

    @Test
    void erasure_isNotCompleteWhileHopsWaitForAStore() {
        notDelivered.add("there");

        assertThat(chains(here, there).erase("u1").failed()).containsExactly("there");
    }

    @Test
    void askingThreadThatIsInterrupted_getsWhatIsThereAndStaysInterrupted() {
        put(here, entry("c", 1, 0, "web", 0, 100));
        Thread.currentThread().interrupt();

        assertThat(chains(SILENT, here).get("c").orElseThrow().hops()).hasSize(1);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void list_hasEachChainOnceAsItWasFirstServed() {
        Hop failed = Hops.hop(3, 2, "bank", "charge", 20, 40).failed("Declined").build();
        put(here, entry("c", 1, 0, "web", 0, 100), entry("d", 4, 0, "web", 500, 600));
        put(there, entry("c", 2, 1, "stock", 10, 50), new CorrelatedHop("c", null, true, failed));

        List<ChainSummary> found = chains(there, here).find(ChainQuery.all());

        assertThat(found).extracting(ChainSummary::correlationId).containsExactly("d", "c");
        assertThat(found).extracting(ChainSummary::failed).containsExactly(false, true);
        assertThat(chains(there, here).find(ChainQuery.all().limit(1))).hasSize(1);
        assertThat(chains(there, here).byService("stock"))
                .extracting(ChainSummary::service)
                .containsExactly("stock");
        assertThat(chains(there, here).byUser("u1")).hasSize(2);
        ChainSummary newest = found.get(0);
        assertThat(chains(there, here).between(newest.start(), newest.start().plusNanos(1)))
                .containsExactly(newest);
    }

    @Test
    void erasure_reachesWhatIsUnderWayAndSaysWhoDidNotConfirmIt() {
        put(here, entry("c", 1, 0, "web", 0, 100));
        put(there, entry("c", 1, 0, "web", 0, 100), entry("d", 2, 0, "web", 0, 100));

        Erasure partly = chains(here, SILENT, FAILING, there).erase("u1");
        Erasure wholly = chains(here, there).erase("u1");

        assertThat(flushes).containsExactly(PATIENCE, PATIENCE);
        assertThat(partly).isEqualTo(new Erasure(2, List.of("silent", "failing")));
        assertThat(partly.isComplete()).isFalse();
        assertThat(wholly).isEqualTo(new Erasure(0, List.of()));
        assertThat(wholly.isComplete()).isTrue();
        assertThat(chains(here, there).get("c")).isEmpty();
    }
}
