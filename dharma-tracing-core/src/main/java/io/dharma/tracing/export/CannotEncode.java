package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;

/** What becomes of a batch with a record that cannot be read, or is nested without end. */
final class CannotEncode {

    private CannotEncode() {}

    /** Rejected, since it would fail for ever; the pipeline then looks for the record. */
    static Delivery delivery(Throwable failure) {
        return Delivery.rejected("cannot be encoded: " + failure.getClass().getSimpleName());
    }
}
