package io.dharma.tracing.benchmarks;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.store.StoredTrace;
import io.dharma.tracing.store.TracePage;
import io.dharma.tracing.store.TraceStore;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A store: what a span costs on its way in, in batches of 512, and what questions cost. In memory the store is full; on
 * disk it holds twelve times as much. {@code StoreFigures} fills a disk's 64 MB.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(1)
public class StoreBenchmark {

    private static final int TRACES = 16_384;

    /** A store with traces in it, and those traces. */
    public abstract static class Filled {

        private final List<List<SpanData>> batches = new ArrayList<>();
        private final List<String> traceIds = new ArrayList<>();
        private TraceStore store = TraceStore.create();
        private int next;

        abstract TraceStore open() throws IOException;

        abstract void delete() throws IOException;

        @Setup(Level.Trial)
        public void fill() throws IOException {
            RecordedTraces.record(TRACES, batches::add);
            store = open();
            batches.forEach(store::deliver);
            batches.forEach(batch -> batch.forEach(span -> traceIds.add(span.getTraceId())));
            traceIds.removeIf(id -> store.find(id).isEmpty());
        }

        @TearDown(Level.Trial)
        public void close() throws IOException {
            store.close(Duration.ofSeconds(10));
            delete();
        }

        /** The same traces again and again, so they grow; what a store does for a span is the same. */
        CompletionStage<Delivery> deliver() {
            next = (next + 1) % batches.size();
            return store.deliver(batches.get(next));
        }

        Optional<StoredTrace> find() {
            return store.find(traceIds.get(ThreadLocalRandom.current().nextInt(traceIds.size())));
        }

        TracePage searchByName() {
            return store.search(query -> query.name("GET /orders/7"));
        }

        /** Of which there is none: as much is looked at as a page may. */
        TracePage searchByAttribute() {
            return store.search(query -> query.attribute("order.id", "none"));
        }
    }

    /** A store without a directory. */
    @State(Scope.Benchmark)
    public static class InMemory extends Filled {

        @Override
        TraceStore open() {
            return TraceStore.create();
        }

        @Override
        void delete() {}
    }

    /** A store with one. */
    @State(Scope.Benchmark)
    public static class OnDisk extends Filled {

        private final Path directory = StoreFigures.temporaryDirectory();

        @Override
        TraceStore open() {
            return StoreFigures.open(directory);
        }

        @Override
        void delete() throws IOException {
            StoreFigures.delete(directory);
        }
    }

    @Benchmark
    @OperationsPerInvocation(RecordedTraces.BATCH)
    public CompletionStage<Delivery> spanIn_memory(InMemory store) {
        return store.deliver();
    }

    @Benchmark
    @OperationsPerInvocation(RecordedTraces.BATCH)
    public CompletionStage<Delivery> spanIn_disk(OnDisk store) {
        return store.deliver();
    }

    @Benchmark
    public Optional<StoredTrace> find_memory(InMemory store) {
        return store.find();
    }

    @Benchmark
    public Optional<StoredTrace> find_disk(OnDisk store) {
        return store.find();
    }

    @Benchmark
    public TracePage searchByName_memory(InMemory store) {
        return store.searchByName();
    }

    @Benchmark
    public TracePage searchByName_disk(OnDisk store) {
        return store.searchByName();
    }

    @Benchmark
    public TracePage searchByAttribute_memory(InMemory store) {
        return store.searchByAttribute();
    }

    @Benchmark
    public TracePage searchByAttribute_disk(OnDisk store) {
        return store.searchByAttribute();
    }
}
