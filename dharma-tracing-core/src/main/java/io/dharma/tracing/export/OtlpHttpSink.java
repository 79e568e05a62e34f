package io.dharma.tracing.export;

import io.dharma.tracing.internal.otlp.OtlpEncoder;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Encodes a batch as OTLP, posts it, and reads from the answer how much of it was kept. */
final class OtlpHttpSink<T> implements Sink<T> {

    private final OtlpEncoder<T> encoder;
    private final HttpCourier courier;

    OtlpHttpSink(OtlpEncoder<T> encoder, HttpEndpoint endpoint) {
        this.encoder = encoder;
        this.courier = new HttpCourier(endpoint, "application/x-protobuf");
    }

    @Override
    public String name() {
        return "otlp";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<T> batch) {
        byte[] message;
        try {
            message = encoder.encode(batch);
        } catch (RuntimeException | StackOverflowError e) {
            // A record that cannot be read, or is nested without end: it would fail for ever.
            return CompletableFuture.completedFuture(CannotEncode.delivery(e));
        }
        return courier.carry(message, reply -> OtlpAnswer.delivery(reply, batch.size()));
    }

    @Override
    public void close(Duration deadline) {
        courier.close();
    }
}
