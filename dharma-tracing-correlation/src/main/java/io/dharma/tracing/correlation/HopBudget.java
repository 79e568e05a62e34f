package io.dharma.tracing.correlation;

import java.util.Map;

/**
 * Says how many hops of a chain this process may still record, so that a correlation which never ends, such as that of a
 * worker's whole life, does not grow without bound wherever it is kept. What entered the service, what failed and all else
 * is counted each for itself, so that none takes another's room. One thread at a time.
 */
final class HopBudget {

    /** As many as may well be under way at once; who is forgotten begins anew. */
    private static final int REMEMBERED_CHAINS = 10_000;

    private static final int ENTRY = 0;
    private static final int FAILED = 1;
    private static final int ORDINARY = 2;

    private final int hopsPerChain;
    private final Map<String, int[]> recorded = new RecentlyUsed<>(REMEMBERED_CHAINS);

    HopBudget(int hopsPerChain) {
        this.hopsPerChain = hopsPerChain;
    }

    boolean take(String correlationId, boolean entry, boolean failed) {
        int[] counts = recorded.computeIfAbsent(correlationId, unknown -> new int[ORDINARY + 1]);
        int kind = entry ? ENTRY : failed ? FAILED : ORDINARY;
        if (counts[kind] == hopsPerChain) {
            return false;
        }
        counts[kind]++;
        return true;
    }
}
