package io.dharma.tracing.pipeline;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of one batch that a {@link Sink} was given. */
public sealed interface Delivery {

    /**
     * The receiver has it.
     *
     * @param rejected how many records of the batch the receiver said it did not keep (OTLP's partial success)
     * @param message what the receiver said about them; neither health nor log repeats it, since it may quote the batch
     */
    record Delivered(int rejected, @Nullable String message) implements Delivery {}

    /**
     * Not now: the receiver is away, slow or overloaded, and the same batch may be offered again.
     *
     * @param after how long the receiver asked us to wait (HTTP's {@code Retry-After}), null if it did not say
     * @param reason one line for health and log, without payload or credentials
     */
    record Retry(@Nullable Duration after, String reason) implements Delivery {}

    /**
     * The receiver will never take this batch as it is: one record in it may be wrong, or there are too many.
     *
     * @param reason one line for health and log, without payload or credentials
     */
    record Rejected(String reason) implements Delivery {}

    /**
     * The receiver refuses us, not the batch: credentials or configuration are wrong and a person has to act.
     *
     * @param reason one line for health and log, without payload or credentials
     */
    record Refused(String reason) implements Delivery {}

    /** All of it arrived. */
    static Delivery delivered() {
        return DeliveryConstants.DELIVERED;
    }

    /** It arrived, but {@code rejected} of its records were not kept. */
    static Delivery partly(int rejected, @Nullable String message) {
        return new Delivered(rejected, message);
    }

    /** Try the same batch again later. */
    static Delivery retry(String reason) {
        return new Retry(null, reason);
    }

    /** Try the same batch again, not before {@code after} has passed. */
    static Delivery retry(String reason, Duration after) {
        return new Retry(after, reason);
    }

    /** Offered again in halves, until the records are found that the receiver objects to. */
    static Delivery rejected(String reason) {
        return new Rejected(reason);
    }

    /** Nothing will get through until somebody changes the settings. */
    static Delivery refused(String reason) {
        return new Refused(reason);
    }
}
