package io.dharma.tracing.errors.alert;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** Remembers what it was given. */
final class RecordingAlerts implements Sink<Alert> {

    private final List<Alert> alerts = new ArrayList<>();
    private final CountDownLatch first = new CountDownLatch(1);

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public synchronized CompletionStage<Delivery> deliver(List<Alert> batch) {
        alerts.addAll(batch);
        first.countDown();
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    @Override
    public boolean isNonBlocking() {
        return true;
    }

    synchronized List<Alert> all() {
        return List.copyOf(alerts);
    }

    void awaitFirst() throws InterruptedException {
        first.await();
    }
}
