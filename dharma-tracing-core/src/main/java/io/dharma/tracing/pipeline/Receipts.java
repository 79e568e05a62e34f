package io.dharma.tracing.pipeline;

/** By what the records of one batch are acknowledged to the journal, in their order. */
final class Receipts {

    private final long[] positions;
    private final Priority[] priorities;
    private int size;

    Receipts(int capacity) {
        this.positions = new long[capacity];
        this.priorities = new Priority[capacity];
    }

    void add(Priority priority, long position) {
        positions[size] = position;
        priorities[size] = priority;
        size++;
    }

    Receipts range(int from, int to) {
        Receipts part = new Receipts(to - from);
        for (int i = from; i < to; i++) {
            part.add(priorities[i], positions[i]);
        }
        return part;
    }

    void acknowledgeAll(Overflow<?> overflow) {
        for (int i = 0; i < size; i++) {
            if (positions[i] != Journal.NOT_WRITTEN) {
                overflow.acknowledge(priorities[i], positions[i]);
            }
        }
    }

    /** How many of the records are in the journal. */
    int written() {
        int written = 0;
        for (int i = 0; i < size; i++) {
            if (positions[i] != Journal.NOT_WRITTEN) {
                written++;
            }
        }
        return written;
    }
}
