package io.dharma.tracing.pipeline;

/** Shared instances, kept out of the interface so that they are not API. */
final class DeliveryConstants {

    static final Delivery DELIVERED = new Delivery.Delivered(0, null);

    private DeliveryConstants() {}
}
