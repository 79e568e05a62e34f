package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what became of a batch. */
final class Deliveries {

    private Deliveries() {}

    static Delivery await(CompletionStage<Delivery> stage) {
        return await(stage, Delivery.class);
    }

    static <D extends Delivery> D await(CompletionStage<Delivery> stage, Class<D> expected) {
        try {
            Delivery delivery = stage.toCompletableFuture().get(40, TimeUnit.SECONDS);
            if (!expected.isInstance(delivery)) {
                throw new AssertionError("expected " + expected.getSimpleName() + ", got " + delivery);
            }
            return expected.cast(delivery);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no delivery", e);
        }
    }
}
