package io.dharma.tracing.trace;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Never answers. */
final class DeafSink implements Sink<SpanData> {

    @Override
    public String name() {
        return "deaf";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<SpanData> batch) {
        return new CompletableFuture<>();
    }
}
