package io.dharma.tracing.context;

import org.jspecify.annotations.Nullable;

/**
 * Why an id that somebody offered was not taken.
 *
 * <p>An id has 8 to 128 ASCII characters: a letter or digit first, then letters, digits and any of {@code . _ : + / = -}.
 * That lets through UUIDs, ULIDs, trace ids, base64 and what most gateways make, and nothing that could end a header,
 * a line of a log or a key of a database. What does not fit is refused whole: an id that was cut or cleaned could be
 * another request's.
 */
public enum CorrelationRefusal {
    /** There was a header, or an entry of baggage, with nothing in it. */
    EMPTY,

    /** Fewer than 8 characters, which do not tell requests apart. */
    TOO_SHORT,

    /** More than 128 characters. */
    TOO_LONG,

    /** A control character: the end of a line, NUL, a tab. Somebody may be trying to forge a header or a log line. */
    CONTROL_CHARACTER,

    /** Another character that an id cannot have, or not in that place: a blank, a comma, any that is not ASCII. */
    WRONG_CHARACTER,

    /** The header came several times, with different values. */
    AMBIGUOUS,

    /** The caller is not among those whose ids are taken. */
    UNTRUSTED,

    /** Reading the headers failed: the request object threw. */
    UNREADABLE;

    static final int SHORTEST = 8;
    static final int LONGEST = 128;

    /** Allowed but letters and digits, in any place but the first. */
    private static final String PUNCTUATION = "._:+/=-";

    /**
     * What is wrong with an id by itself; null if nothing is. Looks at no more than 128 characters, however many there are.
     */
    public static @Nullable CorrelationRefusal of(String id) {
        if (id.isEmpty()) {
            return EMPTY;
        }
        int end = Math.min(id.length(), LONGEST);
        for (int i = 0; i < end; i++) {
            char c = id.charAt(i);
            if (!isLetterOrDigit(c) && (i == 0 || PUNCTUATION.indexOf(c) < 0)) {
                return Character.isISOControl(c) ? CONTROL_CHARACTER : WRONG_CHARACTER;
            }
        }
        if (id.length() > LONGEST) {
            return TOO_LONG;
        }
        return id.length() < SHORTEST ? TOO_SHORT : null;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }
}
