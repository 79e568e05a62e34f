package io.dharma.tracing.errors;

import java.util.Arrays;

/**
 * How many different users there were, without keeping them: exact up to {@value #KEPT}, then an estimate.
 *
 * <p>Each key is hashed to a number that may be anything between 0 and 1, and the {@value #KEPT} smallest different ones are
 * kept (k minimum values: Bar-Yossef, Jayram, Kumar, Sivakumar and Trevisan, "Counting Distinct Elements in a Data
 * Stream", 2002). The more users there are, the closer to 0 the largest of those is: where it is u, (k - 1) / u is an
 * unbiased estimate, with a standard error of 1 / sqrt(k - 2), here 6.3 % (Beyer, Haas, Reinwald, Sismanis and Gemulla, "On
 * Synopses for Distinct-Value Estimation Under Multiset Operations", 2007). As long as none had to be left out they are
 * simply counted.
 *
 * <p>Hashes depend on the key alone, so two of these, also of different processes, can be added up. A user who is in both
 * counts once.
 *
 * <p>Takes 8 bytes for each number kept, with room for growth at most {@value #KEPT} of them: 2 KiB. One thread at a time.
 */
final class DistinctUsers {

    /** So many are exact. */
    static final int KEPT = 256;

    private static final int FIRST_ROOM = 4;

    /** Hashes have 63 bits, so that the sign is out of the way. */
    private static final double RANGE = 0x1p63;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** The smallest ones, in order. */
    private long[] smallest = new long[FIRST_ROOM];

    private int size;
    private boolean exact = true;

    /** Counts a user, who may have been counted before. */
    void add(String userKey) {
        addHash(hash(userKey));
    }

    /** Counts those of another as well. */
    void add(DistinctUsers other) {
        for (int i = 0; i < other.size; i++) {
            addHash(other.smallest[i]);
        }
        exact &= other.exact;
    }

    /** How many different ones were added. */
    long estimate() {
        return exact ? size : Math.round((KEPT - 1) / (smallest[KEPT - 1] / RANGE));
    }

    /** Whether {@link #estimate()} is that, and no estimate. */
    boolean isExact() {
        return exact;
    }

    /** Once there are many, nearly every hash is larger than all that are kept: one comparison. */
    private void addHash(long hash) {
        if (size == KEPT && hash > smallest[KEPT - 1]) {
            exact = false;
            return;
        }
        int found = Arrays.binarySearch(smallest, 0, size, hash);
        if (found < 0) {
            insert(hash, -found - 1);
        }
    }

    private void insert(long hash, int at) {
        if (size == KEPT) {
            exact = false;
            size--;
        } else if (size == smallest.length) {
            smallest = Arrays.copyOf(smallest, Math.min(KEPT, size * 2));
        }
        System.arraycopy(smallest, at, smallest, at + 1, size - at);
        smallest[at] = hash;
        size++;
    }

    /**
     * FNV-1a, whose low bits alone are well mixed, behind the finalizer of SplitMix64 (Steele, Lea and Flood, 2014), which
     * spreads them over all. Nobody can aim at it: keys are pseudonyms made with a secret.
     */
    private static long hash(String userKey) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < userKey.length(); i++) {
            hash = (hash ^ userKey.charAt(i)) * FNV_PRIME;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return (hash ^ (hash >>> 31)) >>> 1;
    }
}
