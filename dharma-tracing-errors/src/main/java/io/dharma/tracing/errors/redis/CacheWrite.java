package io.dharma.tracing.errors.redis;

import static io.dharma.tracing.errors.redis.ErrorKeys.utf8;

import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.GroupChange;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.redis.RedisConnection;
import io.dharma.tracing.redis.RedisFailure;
import io.dharma.tracing.redis.RedisRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way into Redis. All of it is sent together: the counters of each minute and the users of each group, a
 * command for each, and a question for each group that changed. Then the groups that were there are put together with ours
 * and written, each unless somebody else was faster; those are put together with what is there by then, and so on.
 *
 * <p>Whatever of it is written twice changes nothing the second time.
 */
final class CacheWrite {

    /** With each round one of those who are at it is done, so a fleet that is much larger had better come again later. */
    private static final int MAX_ROUNDS = 200;

    /** Of one command, so that nothing waits long behind it. */
    private static final int MAX_USERS = 1_000;

    private static final byte[] FIRST = {'0'};
    private static final byte[] LAST = utf8(String.valueOf(GroupCodec.MAX_BYTES));

    private final Layout layout;
    private final Map<String, GroupPart> groups = new LinkedHashMap<>();
    private final AtomicReference<@Nullable RedisFailure> failure = new AtomicReference<>();
    private final List<Part> parts = new ArrayList<>();

    private CacheWrite(Layout layout) {
        this.layout = layout;
    }

    static CacheWrite of(List<? extends ErrorRecord> batch, Layout layout) {
        CacheWrite write = new CacheWrite(layout);
        batch.forEach(write::add);
        return write;
    }

    // ---- what is in it

    /** Records that go to one key, and what became of them. */
    private final class Part implements RedisRequest.Reply {

        private int records;
        private volatile boolean rejected;

        Part() {
            parts.add(this);
        }

        @Override
        public void answered(List<Object> answer) {}

        @Override
        public void failed(RedisFailure failed) {
            if (failed.kind() == RedisFailure.Kind.WRONG_TYPE || failed.kind() == RedisFailure.Kind.FULL) {
                rejected = true;
            } else {
                failure.updateAndGet(before -> RedisFailure.worse(before, failed));
            }
        }
    }

    /** What the batch has of one group. */
    private final class GroupPart {

        private final Map<Long, MinutePart> minutes = new HashMap<>();
        private final Set<String> users = new LinkedHashSet<>();
        private final Part usersPart = new Part();
        private final Part statePart = new Part();
        private @Nullable ErrorGroup known;
    }

    private final class MinutePart {

        private final Map<String, Long> counters = new HashMap<>();
        private final Part part = new Part();
    }

    private void add(ErrorRecord record) {
        GroupPart group = groups.computeIfAbsent(record.group(), id -> new GroupPart());
        if (record instanceof ErrorCount count) {
            add(count, group);
        } else if (record instanceof ErrorEvent event) {
            add(event, group);
        } else if (record instanceof GroupChange change) {
            add(change, group);
        }
    }

    private void add(ErrorCount count, GroupPart group) {
        if (count.epochMinute() < layout.oldestMinute()) {
            return;
        }
        MinutePart minute = group.minutes.computeIfAbsent(count.epochMinute(), number -> new MinutePart());
        minute.counters.merge(ErrorKeys.counter(count), count.total(), Math::max);
        minute.part.records++;
    }

    private void add(ErrorEvent event, GroupPart group) {
        event.userKey().ifPresent(user -> {
            group.users.add(user);
            group.usersPart.records++;
        });
    }

    private void add(GroupChange change, GroupPart group) {
        group.known = group.known == null ? change.known() : group.known.and(change.known());
        group.statePart.records++;
    }

    // ---- on its way

    CompletableFuture<Delivery> send(RedisConnection connection) {
        List<RedisRequest> requests = new ArrayList<>();
        List<Replacement> replacements = new ArrayList<>();
        groups.forEach((id, group) -> {
            group.minutes.forEach((number, minute) -> requests.add(raise(id, number, minute)));
            addUsers(id, group, requests);
            requests.add(keep(layout.keys().isNew(id), group));
            if (group.known == null) {
                requests.add(keep(layout.keys().state(id), group));
            } else {
                Replacement replacement = new Replacement(id, group.known, group.statePart);
                replacements.add(replacement);
                requests.add(replacement.question());
            }
        });
        return connection
                .send(requests)
                .thenCompose(sent -> replace(replacements, connection, MAX_ROUNDS))
                .thenApply(done -> delivery());
    }

    private RedisRequest raise(String id, long number, MinutePart minute) {
        List<byte[]> arguments = new ArrayList<>(1 + 2 * minute.counters.size());
        arguments.add(layout.secondsOfRates());
        minute.counters.forEach((field, total) -> {
            arguments.add(utf8(field));
            arguments.add(utf8(String.valueOf(total)));
        });
        return RedisRequest.run(ErrorScripts.RAISE, layout.keys().minute(id, number), arguments, minute.part);
    }

    private void addUsers(String id, GroupPart group, List<RedisRequest> requests) {
        List<byte[]> users = group.users.stream().map(ErrorKeys::utf8).toList();
        for (int from = 0; from < users.size(); from += MAX_USERS) {
            List<byte[]> arguments = new ArrayList<>();
            arguments.add(layout.secondsOfGroups());
            arguments.addAll(users.subList(from, Math.min(from + MAX_USERS, users.size())));
            requests.add(RedisRequest.run(ErrorScripts.ADD_USERS, layout.keys().users(id), arguments, group.usersPart));
        }
    }

    /** A group that goes on is not forgotten, and does not become new again. */
    private RedisRequest keep(byte[] key, GroupPart group) {
        return RedisRequest.run(ErrorScripts.KEEP, key, List.of(layout.secondsOfGroups()), group.statePart);
    }

    private Delivery delivery() {
        RedisFailure last = failure.get();
        if (last != null) {
            return last.delivery();
        }
        int rejected = parts.stream()
                .filter(part -> part.rejected)
                .mapToInt(part -> part.records)
                .sum();
        return rejected == 0
                ? Delivery.delivered()
                : Delivery.partly(rejected, "at their keys is something else (WRONGTYPE), or too much");
    }

    // ---- groups

    private CompletableFuture<Void> replace(List<Replacement> replacements, RedisConnection connection, int rounds) {
        List<Replacement> wanted =
                replacements.stream().filter(Replacement::isWanted).toList();
        if (wanted.isEmpty() || failure.get() != null) {
            return CompletableFuture.completedFuture(null);
        }
        if (rounds == 0) {
            failure.set(RedisFailure.retry("others write the same groups all the time"));
            return CompletableFuture.completedFuture(null);
        }
        return connection
                .send(wanted.stream().map(Replacement::command).toList())
                .thenCompose(sent -> replace(wanted, connection, rounds - 1));
    }

    /** A group that is to be put together with the one that is there. One step of it is under way at a time. */
    private final class Replacement implements RedisRequest.Reply {

        private final String id;
        private final ErrorGroup ours;
        private final Part part;

        /** Null if there is nothing to be done, or not any more. */
        private volatile byte @Nullable [] there;

        Replacement(String id, ErrorGroup ours, Part part) {
            this.id = id;
            this.ours = ours;
            this.part = part;
        }

        RedisRequest question() {
            return RedisRequest.ask("GETRANGE", layout.keys().state(id), List.of(FIRST, LAST), this);
        }

        @Override
        public void answered(List<Object> answer) {
            there = !answer.isEmpty() && answer.get(0) instanceof byte[] found ? found : null;
        }

        @Override
        public void failed(RedisFailure failed) {
            there = null;
            part.failed(failed);
        }

        /** Not if what is there is none of ours to replace. */
        boolean isWanted() {
            byte[] found = there;
            return found != null && !GroupCodec.isOfLaterVersion(found) && found.length <= GroupCodec.MAX_BYTES;
        }

        RedisRequest command() {
            byte[] found = Objects.requireNonNull(there);
            ErrorGroup theirs = found.length == 0 ? null : GroupCodec.decode(id, found);
            byte[] both = GroupCodec.encode(theirs == null ? ours : theirs.and(ours));
            List<byte[]> arguments = List.of(layout.secondsOfGroups(), found, both);
            return RedisRequest.run(ErrorScripts.REPLACE, layout.keys().state(id), arguments, this);
        }
    }
}
