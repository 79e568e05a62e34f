package io.dharma.tracing.store;

import java.util.HashMap;
import java.util.Map;

/** Lets traces of the same operation share their words. One thread at a time. */
final class WordPool {

    private final Map<TraceWords, Shared> shared = new HashMap<>();
    private long bytes;

    /** The one object for these words, which is counted as used once more. */
    TraceWords use(TraceWords words) {
        Shared entry = shared.get(words);
        if (entry == null) {
            entry = new Shared(words);
            shared.put(words, entry);
            bytes += words.bytes();
        }
        entry.users++;
        return entry.words;
    }

    void release(TraceWords words) {
        Shared entry = shared.get(words);
        if (entry != null && --entry.users == 0) {
            shared.remove(words);
            bytes -= words.bytes();
        }
    }

    /** What all of them take of the heap, roughly. */
    long bytes() {
        return bytes;
    }

    private static final class Shared {

        private final TraceWords words;
        private int users;

        Shared(TraceWords words) {
            this.words = words;
        }
    }
}
