package io.dharma.tracing.errors;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** What this process keeps of its own errors: always there, bounded, and gone when it ends. */
final class LocalErrorStore implements ErrorStore {

    private final GroupRegistry registry;

    LocalErrorStore(GroupRegistry registry) {
        this.registry = registry;
    }

    @Override
    public String name() {
        return "local";
    }

    @Override
    public CompletionStage<List<ErrorGroup>> groups(GroupQuery query) {
        List<ErrorGroup> found = registry.groups().stream()
                .filter(group -> registry.isOurs(query.service()))
                .filter(matching(query))
                .sorted(Comparator.comparing(ErrorGroup::lastSeen).reversed())
                .limit(query.limit())
                .toList();
        return CompletableFuture.completedFuture(found);
    }

    private static Predicate<ErrorGroup> matching(GroupQuery query) {
        return group -> (query.ids().isEmpty() || query.ids().contains(group.id()))
                && (query.family() == null || query.family().equals(group.family()))
                && (query.states().isEmpty() || query.states().contains(group.state()))
                && !group.lastSeen().isBefore(query.from())
                && group.firstSeen().isBefore(query.to());
    }

    @Override
    public CompletionStage<List<ErrorEvent>> events(EventQuery query) {
        List<ErrorEvent> found = registry.events().stream()
                .filter(query::matches)
                .sorted(Comparator.comparing(ErrorEvent::time).reversed())
                .limit(query.limit())
                .toList();
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public CompletionStage<List<MinuteRate>> rates(RateQuery query) {
        return CompletableFuture.completedFuture(registry.rates(query));
    }
}
