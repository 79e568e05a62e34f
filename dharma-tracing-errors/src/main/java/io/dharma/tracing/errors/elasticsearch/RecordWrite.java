package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.core.BulkResponse;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.elasticsearch.core.bulk.BulkResponseItem;
import co.elastic.clients.util.BinaryData;
import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorDocument;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.pipeline.Delivery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes events and counts, each under its id and only if there is none: what is there already arrived before. One batch;
 * one request after the other, each of a size that servers take.
 */
final class RecordWrite {

    static final int MAX_OPERATIONS = 500;
    static final int MAX_BYTES = 2 << 20;

    private static final int CONFLICT = 409;

    private final ElasticsearchAsyncClient client;
    private final Indices indices;
    private final Settled settled;
    private final List<ErrorRecord> records;

    private int next;
    private int rejected;
    private int open;
    private @Nullable String rejectedFor;
    private @Nullable String openFor;
    private @Nullable Delivery refused;

    RecordWrite(ElasticsearchAsyncClient client, Indices indices, Settled settled, List<ErrorRecord> records) {
        this.client = client;
        this.indices = indices;
        this.settled = settled;
        this.records = records;
    }

    /** What became of all. */
    CompletableFuture<Delivery> send() {
        List<ErrorRecord> chunk = new ArrayList<>();
        List<BulkOperation> operations = nextOperations(chunk);
        if (operations.isEmpty()) {
            return CompletableFuture.completedFuture(verdict());
        }
        return client.bulk(request -> request.operations(operations)).thenCompose(response -> {
            judge(chunk, response);
            // Nothing more for who has more than enough, or does not let us in.
            return open > 0 || refused != null ? CompletableFuture.completedFuture(verdict()) : send();
        });
    }

    private List<BulkOperation> nextOperations(List<ErrorRecord> chunk) {
        List<BulkOperation> operations = new ArrayList<>();
        long bytes = 0;
        while (next < records.size() && operations.size() < MAX_OPERATIONS) {
            ErrorRecord record = records.get(next);
            String fate = settled.fate(record);
            if (fate != null) {
                next++;
                recall(fate);
                continue;
            }
            byte[] document = ErrorDocument.of(record);
            if (!operations.isEmpty() && bytes + document.length > MAX_BYTES) {
                break;
            }
            operations.add(create(record, document));
            chunk.add(record);
            bytes += document.length;
            next++;
        }
        return operations;
    }

    private void recall(String fate) {
        if (!fate.equals(Settled.ARRIVED)) {
            rejected++;
            rejectedFor = fate;
        }
    }

    private BulkOperation create(ErrorRecord record, byte[] document) {
        String index = record instanceof ErrorCount count ? indices.counts(count.epochMinute()) : indices.events();
        return BulkOperation.of(operation -> operation.create(
                create -> create.index(index).id(record.id()).document(BinaryData.of(document, "application/json"))));
    }

    private void judge(List<ErrorRecord> chunk, BulkResponse response) {
        List<BulkResponseItem> items = response.items();
        if (items.size() != chunk.size()) {
            open += chunk.size();
            openFor = "the answer is about " + items.size() + " records of " + chunk.size();
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            judge(chunk.get(i), items.get(i));
        }
    }

    private void judge(ErrorRecord record, BulkResponseItem item) {
        int status = item.status();
        if (status < 300 || status == CONFLICT) {
            settled.arrived(record);
            return;
        }
        Delivery meaning = NotAnswered.ofStatus(
                status, item.error() == null ? null : item.error().type());
        if (meaning instanceof Delivery.Retry retry) {
            open++;
            openFor = retry.reason();
        } else if (meaning instanceof Delivery.Rejected one) {
            settled.rejected(record, one.reason());
            rejected++;
            rejectedFor = one.reason();
        } else {
            refused = meaning;
        }
    }

    private Delivery verdict() {
        if (refused != null) {
            return refused;
        }
        if (open > 0) {
            return Delivery.retry(open + " of " + records.size() + " records: " + openFor);
        }
        settled.forget(records);
        if (rejected == records.size() && rejected > 0) {
            // Not one was taken: it need not be the records. The pipeline finds out.
            return Delivery.rejected(rejectedFor == null ? "none was taken" : rejectedFor);
        }
        return rejected == 0 ? Delivery.delivered() : Delivery.partly(rejected, rejectedFor);
    }

    /** What a failed request means. */
    static Delivery meaningOf(Throwable failure) {
        return failure instanceof IOException || failure instanceof RuntimeException
                ? NotAnswered.meaningOf(failure)
                : Delivery.retry(failure.getClass().getSimpleName());
    }
}
