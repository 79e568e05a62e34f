package io.dharma.tracing.correlation.redis;

import java.nio.ByteBuffer;

/** Numbers that are mostly small, seven bits a byte, the lowest first. */
final class Varints {

    static final int MAX_BYTES = 9;

    private Varints() {}

    /** @param value not negative */
    static void write(ByteBuffer to, long value) {
        long left = value;
        while (left >= 0x80) {
            to.put((byte) (left | 0x80));
            left >>>= 7;
        }
        to.put((byte) left);
    }

    /**
     * Never negative.
     *
     * @throws IllegalArgumentException if it has more than 63 bits
     */
    static long read(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < 7 * MAX_BYTES; shift += 7) {
            byte next = from.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than 63 bits");
    }
}
