package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.MgetResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import co.elastic.clients.elasticsearch.core.get.GetResult;
import co.elastic.clients.elasticsearch.core.mget.MultiGetResponseItem;
import co.elastic.clients.json.JsonData;
import co.elastic.clients.util.BinaryData;
import io.dharma.tracing.errors.ErrorDocument;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.GroupChange;
import io.dharma.tracing.errors.elasticsearch.DocumentReader.KnownGroup;
import io.dharma.tracing.pipeline.Delivery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Adds to what others know of the same groups: reads them, joins, and writes only where nobody else wrote in between; if
 * somebody did, again. One batch.
 */
final class GroupWrite {

    /** Each time at least one of those who write the same group at once is through. */
    private static final int MAX_ROUNDS = 10;

    private static final int MOST_SERVICES = 100;
    private static final int CONFLICT = 409;

    private final ElasticsearchAsyncClient client;
    private final ElasticsearchAsyncClient bulk;
    private final String index;

    /** Those that are not through yet, by id. */
    private final Map<String, Pending> pending = new LinkedHashMap<>();

    private int rejected;
    private @Nullable String rejectedFor;

    /** @param bulk for requests whose answers say no more than has to be known */
    GroupWrite(
            ElasticsearchAsyncClient client,
            ElasticsearchAsyncClient bulk,
            Indices indices,
            List<GroupChange> changes) {
        this.client = client;
        this.bulk = bulk;
        this.index = indices.groups();
        for (GroupChange change : changes) {
            KnownGroup known =
                    new KnownGroup(change.known(), List.of(change.service().name()));
            pending.merge(change.id(), new Pending(known, 1), Pending::and);
        }
    }

    /** @param changes how many changes it is made of */
    private record Pending(KnownGroup known, int changes) {

        Pending and(Pending other) {
            return new Pending(join(known, other.known), changes + other.changes);
        }
    }

    private static KnownGroup join(KnownGroup one, KnownGroup other) {
        TreeSet<String> services = new TreeSet<>(one.services());
        for (String service : other.services()) {
            if (services.size() < MOST_SERVICES) {
                services.add(service);
            }
        }
        return new KnownGroup(one.group().and(other.group()), List.copyOf(services));
    }

    CompletableFuture<Delivery> send() {
        return round(1);
    }

    private CompletableFuture<Delivery> round(int round) {
        if (pending.isEmpty()) {
            return CompletableFuture.completedFuture(
                    rejected == 0 ? Delivery.delivered() : Delivery.partly(rejected, rejectedFor));
        }
        if (round > MAX_ROUNDS) {
            return CompletableFuture.completedFuture(
                    Delivery.retry(pending.size() + " groups are written by others all the time"));
        }
        return client.mget(request -> request.index(index).ids(List.copyOf(pending.keySet())), JsonData.class)
                .thenCompose(found -> write(found, round));
    }

    private CompletableFuture<Delivery> write(MgetResponse<JsonData> found, int round) {
        List<String> ids = new ArrayList<>();
        List<BulkOperation> operations = new ArrayList<>();
        for (MultiGetResponseItem<JsonData> item : found.docs()) {
            String id = item.isResult() ? item.result().id() : item.failure().id();
            Pending change = pending.get(id);
            BulkOperation operation = change == null ? null : operation(change.known(), item);
            if (operation == null) {
                pending.remove(id);
            } else {
                ids.add(id);
                operations.add(operation);
            }
        }
        if (operations.isEmpty()) {
            pending.clear();
            return round(round);
        }
        return bulk.bulk(request -> request.operations(operations)).thenCompose(response -> {
            Delivery failed = judge(ids, response);
            return failed == null ? round(round + 1) : CompletableFuture.completedFuture(failed);
        });
    }

    /** Null if there is nothing to write. */
    private @Nullable BulkOperation operation(KnownGroup change, MultiGetResponseItem<JsonData> item) {
        GetResult<JsonData> stored = item.isResult() && item.result().found() ? item.result() : null;
        if (stored == null) {
            return BulkOperation.of(operation -> operation.create(
                    create -> create.index(index).id(change.group().id()).document(document(change))));
        }
        KnownGroup before = DocumentReader.group(stored.source());
        if (before == null || !before.group().id().equals(change.group().id())) {
            // Of a later version, which we must not spoil.
            return null;
        }
        KnownGroup after = join(before, change);
        // Not by equals(), which is the JDK's for these: JDK 17 keeps the loader of those that it compares
        // (JDK-8078641).
        if (Arrays.equals(bytes(after), bytes(before))) {
            return null;
        }
        return BulkOperation.of(operation -> operation.index(write -> write.index(index)
                .id(change.group().id())
                .ifSeqNo(stored.seqNo())
                .ifPrimaryTerm(stored.primaryTerm())
                .document(document(after))));
    }

    private static BinaryData document(KnownGroup known) {
        return BinaryData.of(bytes(known), "application/json");
    }

    private static byte[] bytes(KnownGroup known) {
        return ErrorDocument.of(known.group(), known.services());
    }

    /** Null if it can go on. */
    private @Nullable Delivery judge(List<String> ids, BulkResponse response) {
        List<BulkResponseItem> items = response.items();
        if (items.size() != ids.size()) {
            return Delivery.retry("the answer is about " + items.size() + " groups of " + ids.size());
        }
        Delivery failed = null;
        for (int i = 0; i < items.size(); i++) {
            BulkResponseItem item = items.get(i);
            if (item.status() == CONFLICT) {
                continue;
            }
            if (item.status() < 300) {
                pending.remove(ids.get(i));
                continue;
            }
            Delivery meaning = NotAnswered.ofStatus(
                    item.status(), item.error() == null ? null : item.error().type());
            if (meaning instanceof Delivery.Rejected one) {
                Pending change = pending.remove(ids.get(i));
                rejected += change == null ? 0 : change.changes();
                rejectedFor = one.reason();
            } else {
                failed = meaning;
            }
        }
        return failed;
    }

    /** The group that somebody asks for. */
    static @Nullable ErrorGroup groupOf(@Nullable JsonData document) {
        KnownGroup known = DocumentReader.group(document);
        return known == null ? null : known.group();
    }
}
