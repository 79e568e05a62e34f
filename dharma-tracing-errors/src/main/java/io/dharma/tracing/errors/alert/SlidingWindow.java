package io.dharma.tracing.errors.alert;

/** The last few steps: what was counted, and what was expected. */
final class SlidingWindow {

    private final double[] counts;
    private final double[] expected;
    private int next;

    SlidingWindow(int steps) {
        counts = new double[steps];
        expected = new double[steps];
    }

    void add(double count, double expectedCount) {
        counts[next] = count;
        expected[next] = expectedCount;
        next = (next + 1) % counts.length;
    }

    double count() {
        return sum(counts);
    }

    double expected() {
        return sum(expected);
    }

    /** Added up anew each time: a running sum of doubles would drift. */
    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
