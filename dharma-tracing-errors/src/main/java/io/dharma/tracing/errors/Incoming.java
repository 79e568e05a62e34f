package io.dharma.tracing.errors;

import io.dharma.tracing.pipeline.Priority;

/** What is offered to the pipeline of errors. */
sealed interface Incoming permits CapturedError, Incoming.Ready {

    /** How much heap it holds while it waits, by estimate. */
    int estimatedBytes();

    Priority priority();

    /** Made by a thread of ours, and to be delivered as it is. */
    record Ready(ErrorRecord record) implements Incoming {

        @Override
        public int estimatedBytes() {
            return 1024;
        }

        @Override
        public Priority priority() {
            return Priority.HIGH;
        }
    }
}
