package io.dharma.tracing.trace;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is given. */
class CollectingSink implements Sink<SpanData> {

    private final List<List<SpanData>> batches = new CopyOnWriteArrayList<>();

    List<SpanData> spans() {
        return batches.stream().flatMap(List::stream).toList();
    }

    @Override
    public String name() {
        return "collecting";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<SpanData> batch) {
        batches.add(batch);
        return CompletableFuture.completedFuture(Delivery.delivered());
    }
}
