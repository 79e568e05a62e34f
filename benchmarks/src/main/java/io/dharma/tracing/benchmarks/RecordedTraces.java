package io.dharma.tracing.benchmarks;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Requests with seven blocks in each, as a service with some operations makes them, in batches. One thread at a time. */
final class RecordedTraces {

    static final int SPANS_PER_TRACE = 8;
    static final int BATCH = 512;

    private static final int TRACES_BETWEEN_FLUSHES = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private RecordedTraces() {}

    /** Gives batches of spans to {@code receiver}, on a thread of the pipeline. */
    static void record(int traces, Consumer<List<SpanData>> receiver) {
        Random random = new Random(1);
        try (DharmaTracer tracer = DharmaTracer.builder()
                .sink(new Receiver(receiver))
                .maxBatchSize(BATCH)
                .maxQueueBytes(64L << 20)
                .build()) {
            for (int i = 1; i <= traces; i++) {
                request(tracer, i, random);
                if (i % TRACES_BETWEEN_FLUSHES == 0 || i == traces) {
                    boolean unused = tracer.flush(PATIENCE);
                }
            }
        }
    }

    private static void request(DharmaTracer tracer, int number, Random random) {
        try (TracedBlock request = tracer.start("GET /orders/" + number % 20)) {
            request.attribute("order.id", "o-" + random.nextInt(1 << 30));
            request.attribute("http.response.status_code", 200);
            request.attribute("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)");
            for (int step = 1; step < SPANS_PER_TRACE; step++) {
                try (TracedBlock block = tracer.start("step-" + step)) {
                    block.attribute("order.items", number % 13);
                    block.attribute("db.query.text", "select * from orders where id = ?");
                    block.attribute("row", random.nextInt(1_000_000));
                }
            }
        }
    }

    private record Receiver(Consumer<List<SpanData>> batches) implements Sink<SpanData> {

        @Override
        public String name() {
            return "batches";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            batches.accept(batch);
            return CompletableFuture.completedFuture(Delivery.delivered());
        }
    }
}
