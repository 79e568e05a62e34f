package io.dharma.tracing.pipeline;

import java.util.Arrays;

/** By what records are known to the journal, in their order. One thread at a time. */
final class Receipts {

    private long[] positions;
    private Priority[] priorities;
    private int size;

    Receipts(int capacity) {
        this.positions = new long[capacity];
        this.priorities = new Priority[capacity];
    }

    /** Allocates only when there are more than it was made for. */
    void add(Priority priority, long position) {
        if (size == positions.length) {
            int more = Math.max(16, size * 2);
            positions = Arrays.copyOf(positions, more);
            priorities = Arrays.copyOf(priorities, more);
        }
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

    /** Adds those of the others that are in the journal. */
    void addWritten(Receipts others) {
        for (int i = 0; i < others.size; i++) {
            if (others.positions[i] != Journal.NOT_WRITTEN) {
                add(others.priorities[i], others.positions[i]);
            }
        }
    }

    /** How many the next process will find. */
    long kept(Journal.Reader<?> reader) {
        long kept = 0;
        for (int i = 0; i < size; i++) {
            kept += reader.kept(priorities[i], positions[i], positions[i] + 1);
        }
        return kept;
    }

    int size() {
        return size;
    }

    void clear() {
        positions = new long[0];
        priorities = new Priority[0];
        size = 0;
    }
}
