package io.dharma.tracing.spool;

/**
 * Positions of records that were inherited: negative ones, which tell the folder and the place in it. There is room for
 * two million folders of four million million records; -1, which is no position, would be the very last.
 */
final class InheritedPosition {

    private static final int BITS_OF_SEQUENCE = 42;
    private static final long SEQUENCES = 1L << BITS_OF_SEQUENCE;

    private InheritedPosition() {}

    static long of(int folder, long sequence) {
        return Long.MIN_VALUE + folder * SEQUENCES + sequence % SEQUENCES;
    }

    static int folder(long position) {
        return (int) ((position - Long.MIN_VALUE) >>> BITS_OF_SEQUENCE);
    }

    static long sequence(long position) {
        return position & SEQUENCES - 1;
    }
}
