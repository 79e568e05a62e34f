package io.dharma.tracing.errors;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Remembers what it was given. */
final class RecordingSink implements Sink<ErrorRecord> {

    private final List<ErrorRecord> records = new ArrayList<>();

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public synchronized CompletionStage<Delivery> deliver(List<ErrorRecord> batch) {
        records.addAll(batch);
        return CompletableFuture.completedFuture(Delivery.delivered());
    }

    @Override
    public boolean isNonBlocking() {
        return true;
    }

    synchronized <T extends ErrorRecord> List<T> all(Class<T> kind) {
        return records.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<ErrorEvent> events() {
        return all(ErrorEvent.class);
    }

    /** Of all counts together. */
    long counted() {
        return all(ErrorCount.class).stream().mapToLong(ErrorCount::count).sum();
    }

    long counted(String group) {
        return all(ErrorCount.class).stream()
                .filter(count -> count.group().equals(group))
                .mapToLong(ErrorCount::count)
                .sum();
    }
}
