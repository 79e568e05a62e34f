package io.dharma.tracing.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A sink that does what the test says, and remembers every batch it was given. Delivers unless told otherwise. */
final class ScriptedSink implements Sink<Item> {

    private final String name;
    private final List<List<Item>> batches = new ArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();
    private volatile Function<List<Item>, CompletionStage<Delivery>> script =
            batch -> CompletableFuture.completedFuture(Delivery.delivered());

    ScriptedSink(String name) {
        this.name = name;
    }

    ScriptedSink does(Function<List<Item>, CompletionStage<Delivery>> next) {
        script = next;
        return this;
    }

    ScriptedSink answers(Delivery delivery) {
        return does(batch -> CompletableFuture.completedFuture(delivery));
    }

    /** One after another; the last for all further batches. */
    ScriptedSink answersInTurn(Delivery... deliveries) {
        AtomicInteger next = new AtomicInteger();
        return does(batch ->
                CompletableFuture.completedFuture(deliveries[Math.min(next.getAndIncrement(), deliveries.length - 1)]));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Delivery> deliver(List<Item> batch) {
        synchronized (batches) {
            batches.add(batch);
        }
        return script.apply(batch);
    }

    @Override
    public void close(Duration deadline) {
        closed.incrementAndGet();
    }

    int timesClosed() {
        return closed.get();
    }

    int calls() {
        synchronized (batches) {
            return batches.size();
        }
    }

    /** The ids of each batch it was given. */
    List<List<Long>> batches() {
        synchronized (batches) {
            return batches.stream()
                    .map(batch -> batch.stream().map(Item::id).toList())
                    .toList();
        }
    }

    /** All ids it was given, in order, repetitions included. */
    List<Long> ids() {
        return batches().stream().flatMap(List::stream).toList();
    }
}
