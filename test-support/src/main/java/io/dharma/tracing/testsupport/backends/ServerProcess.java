package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.time.Duration;

/** A server that runs, or at least was started, as a process. */
final class ServerProcess {

    private static final int POLL_MILLIS = 50;

    private final Process process;
    private final Address address;
    private final Probe probe;

    ServerProcess(Process process, String address, Probe probe) {
        this(process, () -> address, probe);
    }

    ServerProcess(Process process, Address address, Probe probe) {
        this.process = process;
        this.address = address;
        this.probe = probe;
    }

    /** Where the server listens; throws as long as that is not known. */
    interface Address {
        String get() throws IOException;
    }

    /** Asks the server something that only one which works answers; throws or says false otherwise. */
    interface Probe {
        boolean answers(String address) throws IOException;
    }

    String address() throws IOException {
        return address.get();
    }

    /** Waits until the server answers; false if it ended or the time is over. */
    boolean awaitAnswer(Duration atMost) throws IOException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            if (answers()) {
                return true;
            }
            pause();
        }
        return false;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private boolean answers() {
        try {
            return probe.answers(address.get());
        } catch (IOException e) {
            return false;
        }
    }

    void awaitEnd() throws InterruptedException {
        process.waitFor();
    }

    /** What went wrong with one that did not answer. */
    String fate() {
        return process.isAlive() ? "no answer in time" : "it ended with status " + process.exitValue();
    }
}
