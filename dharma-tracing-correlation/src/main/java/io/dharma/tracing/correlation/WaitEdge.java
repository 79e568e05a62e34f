package io.dharma.tracing.correlation;

import java.util.Objects;

/**
 * The knowledge that one hop waited for another to end. Immutable.
 *
 * <p>Where the awaited hop is a descendant of the waiter, the waiter went on when the awaited one had ended: it joined
 * it. Otherwise the waiter began when the awaited one had ended: it came after it. The edges of a hop of either sort are
 * taken to be complete: a hop that names one of those that it joined is taken to have joined no other, except for those that
 * it had to wait for anyway, which need not be named: what is {@link Hop#nested} in it, and the server side of its call.
 *
 * @param waiter which hop waited
 * @param awaited for which hop
 */
public record WaitEdge(HopId waiter, HopId awaited) {

    /** @throws IllegalArgumentException if both are the same hop */
    public WaitEdge {
        Objects.requireNonNull(waiter, "waiter");
        Objects.requireNonNull(awaited, "awaited");
        if (waiter.equals(awaited)) {
            throw new IllegalArgumentException("A hop cannot wait for itself: " + waiter);
        }
    }
}
