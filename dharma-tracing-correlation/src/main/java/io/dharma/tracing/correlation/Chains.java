package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Questions about the chains of requests, across all services that share a store; without one, about this process's part
 * of them.
 *
 * <pre>{@code
 * chains.get(correlationId).ifPresent(chain -> System.out.println(ChainRenderer.text(100).render(chain)));
 * }</pre>
 *
 * <p>All stores are asked at the same time, and what they know is put together. One that does not answer in time, or
 * cannot, is left out: the health of its delivery says so, and the others' answer stands. A hop can be found some 200 ms
 * after its end.
 *
 * <p>Any thread, except for those of a store's client. The asking thread waits for the answers, at most for the time that
 * was configured, 2 s by default. Only {@link #find} with a bad {@link ChainQuery} throws.
 */
public final class Chains {

    /** No id is longer. */
    private static final int MAX_ID_LENGTH = 128;

    private final List<CorrelationStore> stores;
    private final long patienceNanos;
    private final Function<Duration, List<String>> flush;

    /**
     * @param patience how long answers are waited for
     * @param flush has hops that are under way delivered, waits for it no longer than so, and names the stores that did not
     *     get theirs
     */
    Chains(List<CorrelationStore> stores, Duration patience, Function<Duration, List<String>> flush) {
        this.stores = List.copyOf(stores);
        this.patienceNanos = Timeouts.nanos(patience);
        this.flush = flush;
    }

    /**
     * The chain of a correlation id; empty if no hop of it is kept. It knows who waited for whom as far as blocks were
     * nested; who knows more, say of asynchronous work, adds it: {@link RequestChain#withWaitEdges}.
     */
    public Optional<RequestChain> get(String correlationId) {
        Objects.requireNonNull(correlationId, "correlationId");
        if (correlationId.isEmpty() || correlationId.length() > MAX_ID_LENGTH) {
            return Optional.empty();
        }
        List<Hop> hops = new ArrayList<>();
        Set<Hop> ofOtherStores = new HashSet<>();
        for (Answer<List<Hop>> answer : ask(store -> store.hops(correlationId))) {
            // What is in two stores came twice only if one of them has it twice.
            List<Hop> more = elements(answer).stream()
                    .filter(hop -> !ofOtherStores.contains(hop))
                    .toList();
            hops.addAll(more);
            ofOtherStores.addAll(more);
        }
        return hops.isEmpty() ? Optional.empty() : Optional.of(RequestChain.of(correlationId, hops));
    }

    /** The newest 100 chains that entered a service. */
    public List<ChainSummary> byService(String service) {
        return find(ChainQuery.all().service(service));
    }

    /**
     * The newest 100 chains of a user.
     *
     * @param userKey the pseudonym, as {@link io.dharma.tracing.redaction.Pseudonyms} makes it of an identity
     */
    public List<ChainSummary> byUser(String userKey) {
        return find(ChainQuery.all().userKey(userKey));
    }

    /** The newest 100 chains that began to be served, by any service, at {@code from} or later and before {@code to}. */
    public List<ChainSummary> between(Instant from, Instant to) {
        return find(ChainQuery.all().between(from, to));
    }

    /**
     * The chains that are wanted, the newest first, each once: of several services that it entered, by the first that is
     * wanted, and as failed if it failed in any of them.
     */
    public List<ChainSummary> find(ChainQuery query) {
        Objects.requireNonNull(query, "query");
        Map<String, ChainSummary> found = new LinkedHashMap<>();
        for (Answer<List<ChainSummary>> answer : ask(store -> store.find(query))) {
            elements(answer).forEach(chain -> found.merge(chain.correlationId(), chain, ChainSummary::and));
        }
        return found.values().stream()
                .sorted(ChainSummary.NEWEST_FIRST)
                .limit(query.limit())
                .toList();
    }

    /**
     * Removes what is kept about a user, in all stores: the chains with a hop of this user, wherever the rest of them
     * happened, and their entries in indexes. What has not ended by now, here or in another service, is kept as it ends;
     * so is what waits in other services for a store that is away. Waits twice as long as questions do: for what this
     * process still has to deliver, without which a store counts as one that did not confirm, and for the answers.
     *
     * @param userKey the pseudonym, as {@link io.dharma.tracing.redaction.Pseudonyms} makes it of an identity
     */
    public Erasure erase(String userKey) {
        Objects.requireNonNull(userKey, "userKey");
        Set<String> failed = new LinkedHashSet<>(flush.apply(Duration.ofNanos(patienceNanos)));
        int most = 0;
        for (Answer<Integer> answer : ask(store -> store.erase(userKey))) {
            if (answer.value() == null) {
                failed.add(answer.store());
            } else {
                most = Math.max(most, answer.value());
            }
        }
        return new Erasure(most, List.copyOf(failed));
    }

    /** What a store said; null if it did not. */
    private record Answer<T>(String store, @Nullable T value) {}

    /** What an answer holds; a store of the application's own may put null into it. */
    private static <E> List<E> elements(Answer<List<E>> answer) {
        return answer.value() == null
                ? List.of()
                : answer.value().stream().filter(Objects::nonNull).toList();
    }

    private <T> List<Answer<T>> ask(Function<CorrelationStore, CompletionStage<T>> question) {
        List<CompletableFuture<T>> asked =
                stores.stream().map(store -> begin(question, store)).toList();
        long deadline = System.nanoTime() + patienceNanos;
        List<Answer<T>> answers = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            answers.add(new Answer<>(stores.get(i).name(), await(asked.get(i), deadline)));
        }
        return answers;
    }

    /** A store may be the application's own. */
    private static <T> CompletableFuture<T> begin(
            Function<CorrelationStore, CompletionStage<T>> question, CorrelationStore store) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            var unused = question.apply(store).whenComplete((value, failure) -> {
                if (failure == null) {
                    answer.complete(value);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (Throwable failure) {
            answer.completeExceptionally(failure);
        }
        return answer;
    }

    private static <T> @Nullable T await(CompletableFuture<T> answer, long deadline) {
        try {
            return answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return answer.isDone() && !answer.isCompletedExceptionally() ? answer.join() : null;
        } catch (ExecutionException | CancellationException | TimeoutException unanswered) {
            return null;
        }
    }
}
