package io.dharma.tracing.errors;

import io.dharma.tracing.spi.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Questions about errors: across all services that share a store; without one, about this process's.
 *
 * <pre>{@code
 * for (ErrorGroup group : errors.queries().groups()) {
 *     System.out.println(group.count() + " x " + group.title());
 * }
 * }</pre>
 *
 * <p>All stores are asked at the same time. Groups and events that they know are put together; counts and rates are those of
 * the store that knows most, since what one counted another may have counted as well. A store that does not answer in time,
 * or cannot, is left out.
 *
 * <p>Any thread, except for those of a store's client. The asking thread waits for the answers, at most for the time that
 * was configured, 2 s by default. Nothing is thrown for a store's failure.
 */
public final class ErrorQueries {

    private final List<ErrorStore> stores;
    private final long patienceNanos;

    ErrorQueries(List<ErrorStore> stores, Duration patience) {
        this.stores = List.copyOf(stores);
        this.patienceNanos = Timeouts.nanos(patience);
    }

    /** The 100 groups that happened last. */
    public List<ErrorGroup> groups() {
        return groups(GroupQuery.all());
    }

    /** The groups that are wanted; those that happened last first. */
    public List<ErrorGroup> groups(GroupQuery query) {
        Objects.requireNonNull(query, "query");
        Map<String, ErrorGroup> found = new LinkedHashMap<>();
        ask(store -> store.groups(query))
                .forEach(groups -> groups.forEach(group -> found.merge(group.id(), group, ErrorGroup::and)));
        return found.values().stream()
                .sorted(Comparator.comparing(ErrorGroup::lastSeen).reversed())
                .limit(query.limit())
                .toList();
    }

    /** A group; empty if it is not known. */
    public Optional<ErrorGroup> group(String id) {
        return groups(GroupQuery.all().ids(id)).stream().findFirst();
    }

    /** The last 100 events of a group that are kept. */
    public List<ErrorEvent> events(String group) {
        return events(EventQuery.all().group(group));
    }

    /** The events that are wanted and kept; the newest first. */
    public List<ErrorEvent> events(EventQuery query) {
        Objects.requireNonNull(query, "query");
        Map<String, ErrorEvent> found = new LinkedHashMap<>();
        ask(store -> store.events(query))
                .forEach(events -> events.forEach(event -> found.putIfAbsent(event.id(), event)));
        return found.values().stream()
                .sorted(Comparator.comparing(ErrorEvent::time).reversed())
                .limit(query.limit())
                .toList();
    }

    /** How often errors happened, by minute; minutes without are left out. */
    public List<MinuteRate> rates(RateQuery query) {
        Objects.requireNonNull(query, "query");
        Map<Instant, MinuteRate> most = new LinkedHashMap<>();
        ask(store -> store.rates(query))
                .forEach(rates -> rates.forEach(rate ->
                        most.merge(rate.minute(), rate, (one, other) -> one.count() < other.count() ? other : one)));
        return most.values().stream()
                .sorted(Comparator.comparing(MinuteRate::minute))
                .toList();
    }

    /** What is common to errors of the last hour; see {@link ErrorPatterns}. */
    public ErrorPatterns patterns() {
        Instant now = Instant.now();
        return patterns(now.minus(Duration.ofHours(1)), now);
    }

    /** What is common to errors that happened at {@code from} or later and before {@code to}; see {@link ErrorPatterns}. */
    public ErrorPatterns patterns(Instant from, Instant to) {
        return ErrorPatterns.in(
                groups(GroupQuery.all().between(from, to).limit(1_000)),
                events(EventQuery.all().between(from, to).limit(GroupQuery.MAX_LIMIT)),
                group -> rates(RateQuery.between(from, to).group(group)));
    }

    private <T> List<T> ask(Function<ErrorStore, CompletionStage<T>> question) {
        List<CompletableFuture<T>> asked = new ArrayList<>();
        for (ErrorStore store : stores) {
            asked.add(ask(store, question));
        }
        long until = System.nanoTime() + patienceNanos;
        List<T> answers = new ArrayList<>();
        for (CompletableFuture<T> answer : asked) {
            T answered = await(answer, until);
            if (answered != null) {
                answers.add(answered);
            }
        }
        return answers;
    }

    private static <T> CompletableFuture<T> ask(ErrorStore store, Function<ErrorStore, CompletionStage<T>> question) {
        try {
            return question.apply(store).toCompletableFuture();
        } catch (RuntimeException | LinkageError failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    private static <T> @Nullable T await(CompletableFuture<T> answer, long until) {
        try {
            return answer.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CompletionException | TimeoutException unanswered) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
