package io.dharma.tracing.correlation;

/** Sums of times that strangers sent: they stop at the ends of the range instead of coming out at the other one. */
final class Saturated {

    private Saturated() {}

    static long add(long one, long other) {
        long sum = one + other;
        boolean overflown = ((one ^ sum) & (other ^ sum)) < 0;
        return overflown ? (one < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    static long subtract(long from, long other) {
        return other == Long.MIN_VALUE ? add(add(from, Long.MAX_VALUE), 1) : add(from, -other);
    }
}
