package io.dharma.tracing.sampling;

import io.opentelemetry.api.trace.TraceState;
import org.jspecify.annotations.Nullable;

/**
 * Reads and rewrites OpenTelemetry's entry of a trace state, {@code ot=th:c;rv:6e6d1a75832a2f}: sub-keys with values,
 * of which we know {@code th} (the rejection threshold) and {@code rv} (randomness that replaces the trace id's).
 * Sub-keys we do not know stay where they are.
 *
 * <p>The positions returned here point into the entry's text, so that reading allocates nothing.
 */
final class OtelEntry {

    static final String KEY = "ot";
    static final String THRESHOLD = "th";
    static final String RANDOMNESS = "rv";

    private static final int ABSENT = -1;
    private static final int LONGEST_ENTRY = 256;

    private OtelEntry() {}

    /** Where the value of a valid {@code th} begins, or -1. */
    static int thresholdStart(String entry) {
        int start = find(entry, THRESHOLD, 0);
        if (start == ABSENT) {
            return ABSENT;
        }
        int length = end(entry, start) - start;
        return length >= 1 && length <= Threshold.RANDOM_DIGITS && isHex(entry, start, length) ? start : ABSENT;
    }

    /** Where the value of a valid {@code rv} begins, or -1. */
    static int randomnessStart(String entry) {
        int start = find(entry, RANDOMNESS, 0);
        if (start == ABSENT || end(entry, start) - start != Threshold.RANDOM_DIGITS) {
            return ABSENT;
        }
        return isHex(entry, start, Threshold.RANDOM_DIGITS) ? start : ABSENT;
    }

    static int end(String entry, int start) {
        int semicolon = entry.indexOf(';', start);
        return semicolon == -1 ? entry.length() : semicolon;
    }

    /** The state with {@code th} set to these digits, or without it; the very same state if nothing changes. */
    static TraceState withThreshold(TraceState state, @Nullable String digits) {
        String entry = state.get(KEY);
        if (entry == null) {
            return digits == null
                    ? state
                    : state.toBuilder().put(KEY, member(digits)).build();
        }
        if (saysAlready(entry, digits)) {
            return state;
        }
        String others = without(entry, THRESHOLD);
        // An entry that would grow beyond its limit keeps the other sub-keys; the probability is then unknown.
        if (digits != null && others.length() + member(digits).length() < LONGEST_ENTRY) {
            String updated = others.isEmpty() ? member(digits) : member(digits) + ';' + others;
            return state.toBuilder().put(KEY, updated).build();
        }
        return others.isEmpty()
                ? state.toBuilder().remove(KEY).build()
                : state.toBuilder().put(KEY, others).build();
    }

    private static boolean saysAlready(String entry, @Nullable String digits) {
        int start = find(entry, THRESHOLD, 0);
        if (digits == null || start == ABSENT) {
            return digits == null && start == ABSENT;
        }
        int end = end(entry, start);
        return end - start == digits.length()
                && entry.startsWith(digits, start)
                && find(entry, THRESHOLD, end) == ABSENT;
    }

    private static String without(String entry, String subKey) {
        StringBuilder others = new StringBuilder(entry.length());
        for (int from = 0; from < entry.length(); from = end(entry, from) + 1) {
            int end = end(entry, from);
            if (!isMember(entry, from, subKey) && end > from) {
                others.append(others.isEmpty() ? "" : ";").append(entry, from, end);
            }
        }
        return others.toString();
    }

    private static int find(String entry, String subKey, int startingAt) {
        int from = startingAt;
        while (from < entry.length()) {
            if (isMember(entry, from, subKey)) {
                return from + subKey.length() + 1;
            }
            from = end(entry, from) + 1;
        }
        return ABSENT;
    }

    private static boolean isMember(String entry, int from, String subKey) {
        int colon = from + subKey.length();
        return entry.startsWith(subKey, from) && colon < entry.length() && entry.charAt(colon) == ':';
    }

    private static boolean isHex(String text, int start, int length) {
        for (int i = start; i < start + length; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static String member(String digits) {
        return THRESHOLD + ':' + digits;
    }
}
