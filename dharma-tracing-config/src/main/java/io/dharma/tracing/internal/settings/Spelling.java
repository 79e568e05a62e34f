package io.dharma.tracing.internal.settings;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what somebody meant to write. */
final class Spelling {

    /** Names longer than this are no misspellings of ours, and comparing them takes time by the product of lengths. */
    private static final int LONGEST_NAME = 80;

    private Spelling() {}

    /** The known name that takes the fewest changes of single characters; null if none is near. */
    static @Nullable String nearest(String name, Collection<String> known) {
        if (name.length() > LONGEST_NAME) {
            return null;
        }
        String nearest = null;
        int least = Math.max(2, name.length() / 5) + 1;
        for (String candidate : known) {
            int distance = distance(name, candidate);
            if (distance < least || (distance == least && nearest != null && candidate.compareTo(nearest) < 0)) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** Levenshtein's distance, row by row. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
