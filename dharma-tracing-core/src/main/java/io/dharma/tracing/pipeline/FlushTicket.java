package io.dharma.tracing.pipeline;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Somebody waits until all that was offered before has left through every sink. */
final class FlushTicket {

    private final RecordQueue.Position upTo;
    private final CountDownLatch sinksToGo;
    private volatile boolean withdrawn;

    FlushTicket(RecordQueue.Position upTo, int sinks) {
        this.upTo = upTo;
        // One more for the intake, so that it also works without any sink.
        this.sinksToGo = new CountDownLatch(sinks + 1);
    }

    RecordQueue.Position upTo() {
        return upTo;
    }

    void passed() {
        sinksToGo.countDown();
    }

    /** Nobody waits any more. */
    void withdraw() {
        withdrawn = true;
    }

    boolean isWithdrawn() {
        return withdrawn;
    }

    boolean await(long nanos) throws InterruptedException {
        return sinksToGo.await(nanos, TimeUnit.NANOSECONDS);
    }
}
