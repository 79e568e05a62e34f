package io.dharma.tracing.errors.kafka;

import io.dharma.tracing.pipeline.Delivery;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Messages that were sent together, and what became of them. Any thread. */
final class Exchange implements Callback {

    private final CompletableFuture<Delivery> outcome = new CompletableFuture<>();
    private final AtomicInteger left;
    private final AtomicInteger rejected = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Exchange(int messages) {
        this.left = new AtomicInteger(messages);
        if (messages == 0) {
            outcome.complete(Delivery.delivered());
        }
    }

    /** After the last answer. */
    CompletableFuture<Delivery> outcome() {
        return outcome;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata written, @Nullable Exception thrown) {
        if (thrown != null) {
            failed(thrown);
        }
        if (left.decrementAndGet() == 0) {
            outcome.complete(delivery());
        }
    }

    private void failed(Exception thrown) {
        if (KafkaFailure.isOfTheMessage(thrown)) {
            rejected.incrementAndGet();
        } else {
            failure.compareAndSet(null, thrown);
        }
    }

    private Delivery delivery() {
        Throwable first = failure.get();
        if (first != null) {
            return KafkaFailure.delivery(first);
        }
        return rejected.get() == 0
                ? Delivery.delivered()
                : Delivery.partly(rejected.get(), "they are too large for the topic, or their time is not allowed");
    }
}
