package io.dharma.tracing.testsupport.faults;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Faults at random, the same ones again for the same seed: what strikes when is decided before the first one does. What
 * the threads under test make of it remains their own chance.
 *
 * <p>A failure while it plays names the seed; {@code -Dnemesis.seed=...} plays that one again wherever a test
 * takes its seed from {@link #seed}. Immutable.
 */
public final class Nemesis {

    private static final String SEED = "nemesis.seed";

    private final long seed;
    private final List<Strike> strikes;

    /** From {@code at} on, counted from the beginning, this fault is set. */
    public record Strike(Duration at, Fault fault) {

        @Override
        public String toString() {
            return at.toMillis() + " ms " + fault;
        }
    }

    /** What goes on meanwhile. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    private Nemesis(long seed, List<Strike> strikes) {
        this.seed = seed;
        this.strikes = strikes;
    }

    /** The seed that was asked for on the command line, else this one. */
    public static long seed(long otherwise) {
        return Long.getLong(SEED, otherwise);
    }

    /**
     * Good and bad times in turn, each between {@code shortest} and {@code longest}; the end is good.
     *
     * @param length of the whole; the last bad time may exceed it
     */
    public static Nemesis schedule(
            long seed, Duration length, Duration shortest, Duration longest, List<Fault> faults) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Strike> strikes = new ArrayList<>();
        Duration at = Duration.ZERO;
        while (at.compareTo(length) < 0) {
            strikes.add(new Strike(at, faults.get(random.nextInt(faults.size()))));
            at = at.plus(between(random, shortest, longest));
            strikes.add(new Strike(at, Fault.pass()));
            at = at.plus(between(random, shortest, longest));
        }
        return new Nemesis(seed, List.copyOf(strikes));
    }

    private static Duration between(SplittableRandom random, Duration shortest, Duration longest) {
        return Duration.ofMillis(random.nextLong(shortest.toMillis(), longest.toMillis() + 1));
    }

    public List<Strike> strikes() {
        return strikes;
    }

    /**
     * Plays the schedule on a thread of its own while {@code work} runs on the caller's. Ends when both have, and the
     * proxy passes everything then.
     *
     * @throws AssertionError if the work failed, with the seed in its message
     */
    public void torment(FaultProxy proxy, Work work) throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(1);
        Thread player = new Thread(() -> play(proxy, enough), "nemesis");
        player.setDaemon(true);
        player.start();
        try {
            work.run();
        } catch (Exception | AssertionError e) {
            enough.countDown();
            throw new AssertionError(this + ": " + e.getMessage(), e);
        } finally {
            player.join();
            proxy.set(Fault.pass());
        }
    }

    /** Runs what has to hold afterwards; a failure carries the seed. */
    public void check(Work check) {
        try {
            check.run();
        } catch (Exception | AssertionError e) {
            throw new AssertionError(this + ": " + e.getMessage(), e);
        }
    }

    private void play(FaultProxy proxy, CountDownLatch enough) {
        long start = System.nanoTime();
        try {
            for (Strike strike : strikes) {
                long wait = strike.at().toNanos() - (System.nanoTime() - start);
                if (enough.await(wait, TimeUnit.NANOSECONDS)) {
                    return;
                }
                proxy.set(strike.fault());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "nemesis of seed " + seed + " (again with -D" + SEED + "=" + seed + ") did "
                + strikes.stream().map(Strike::toString).collect(joining(", "));
    }
}
