package io.dharma.tracing.benchmarks;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes everything at once and does nothing. */
final class NoSink<T> implements Sink<T> {

    @Override
    public String name() {
        return "nowhere";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<T> batch) {
        return CompletableFuture.completedFuture(Delivery.delivered());
    }
}
