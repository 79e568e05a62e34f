package io.dharma.tracing.correlation;

import java.util.Arrays;

/**
 * Bounds on the differences between some unknowns, taken in pairs. Once closed, they are as tight as all of them together
 * make them; and then unknowns can be given values one after another, each within what those before leave, and the last
 * one still finds some: difference constraints, solved by the shortest paths of Floyd and Warshall.
 */
final class Differences {

    private static final long UNBOUNDED = ClockBounds.UNBOUNDED;

    private final int size;

    /** By how much the second is at most larger than the first. */
    private final long[][] most;

    Differences(int size) {
        this.size = size;
        this.most = new long[size][size];
        for (int i = 0; i < size; i++) {
            Arrays.fill(most[i], UNBOUNDED);
            most[i][i] = 0;
        }
    }

    void bound(int first, int second, long atLeast, long atMost) {
        most[first][second] = Math.min(most[first][second], atMost);
        most[second][first] = Math.min(most[second][first], negated(atLeast));
    }

    /** By how much the second is at most larger than the first; {@link ClockBounds#UNBOUNDED} if that is not bounded. */
    long atMost(int first, int second) {
        return most[first][second];
    }

    /** By how much the second is at least larger than the first; the negative of unbounded if that is not bounded. */
    long atLeast(int first, int second) {
        return negated(most[second][first]);
    }

    /** Takes the cube of their number. False if they contradict each other. */
    boolean close() {
        for (int over = 0; over < size; over++) {
            for (int first = 0; first < size; first++) {
                if (most[first][over] != UNBOUNDED) {
                    goOver(first, over);
                }
            }
        }
        for (int i = 0; i < size; i++) {
            if (most[i][i] < 0) {
                return false;
            }
        }
        return true;
    }

    private void goOver(int first, int over) {
        long[] row = most[first];
        long there = row[over];
        for (int second = 0; second < size; second++) {
            long onwards = most[over][second];
            if (onwards != UNBOUNDED) {
                row[second] = Math.min(row[second], Saturated.add(there, onwards));
            }
        }
    }

    private static long negated(long bound) {
        return bound == Long.MIN_VALUE ? UNBOUNDED : -bound;
    }
}
