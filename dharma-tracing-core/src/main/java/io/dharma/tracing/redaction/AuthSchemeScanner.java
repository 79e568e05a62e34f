package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/** What follows {@code Bearer} and {@code Basic}, wherever it stands: the scheme stays, the credentials go. */
final class AuthSchemeScanner implements Scanner {

    private static final int LEAST = 8;

    /** So long is no English word. */
    private static final int CERTAIN = 24;

    /** Shorter ones without a digit change that often from a small to a capital letter, other than names of classes. */
    private static final int LEAST_CHANGES = 3;

    /** Of user and password, in base64 digits: the colon comes within the first so many. */
    private static final int LONGEST_USER = 256;

    @Override
    public String triggers() {
        return "Bb";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        if (Ascii.startsWithLower(text, at, "bearer")) {
            return bearer(text, gap(text, at + "bearer".length()));
        }
        return Ascii.startsWithLower(text, at, "basic") ? basic(text, gap(text, at + "basic".length())) : null;
    }

    /** Where the credentials begin; -1 if there is no gap, which may be percent encoded. */
    private static int gap(CharSequence text, int at) {
        int i = at;
        while (i < text.length() && i < at + 4 && (text.charAt(i) == ' ' || text.charAt(i) == ':')) {
            i++;
        }
        if (i == at && Ascii.startsWith(text, at, "%20")) {
            return at + 3;
        }
        return i == at ? -1 : i;
    }

    private static @Nullable Find bearer(CharSequence text, int start) {
        if (start < 0) {
            return null;
        }
        boolean digit = false;
        int changes = 0;
        int end = start;
        while (end < text.length() && isCredential(text.charAt(end))) {
            digit |= Ascii.isDigit(text.charAt(end));
            changes += end > start && isChange(text, end) ? 1 : 0;
            end++;
        }
        boolean random = digit || changes >= LEAST_CHANGES;
        boolean parameter = end > start && text.charAt(end - 1) == '=' && Ascii.isAt(text, end, '"');
        boolean token = end - start >= CERTAIN || (random && end - start >= LEAST);
        return token && !parameter ? Find.secret(start, end, Rule.AUTHORIZATION) : null;
    }

    private static boolean isChange(CharSequence text, int at) {
        return Ascii.isUpper(text.charAt(at)) && Ascii.isLower(text.charAt(at - 1));
    }

    private static boolean isCredential(char c) {
        return Ascii.isBase64Url(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
    }

    private static @Nullable Find basic(CharSequence text, int start) {
        if (start < 0 || !holdsUserAndPassword(text, start)) {
            return null;
        }
        int end = start;
        while (end < text.length() && (Ascii.sextet(text.charAt(end)) >= 0 || text.charAt(end) == '=')) {
            end++;
        }
        return end - start >= LEAST ? Find.secret(start, end, Rule.AUTHORIZATION) : null;
    }

    /** Whether it decodes to text with a colon, and to no control characters before that. */
    private static boolean holdsUserAndPassword(CharSequence text, int start) {
        int bits = 0;
        int count = 0;
        int last = Math.min(text.length(), start + LONGEST_USER);
        for (int i = start; i < last; i++) {
            int sextet = Ascii.sextet(text.charAt(i));
            if (sextet < 0) {
                return false;
            }
            bits = bits << 6 | sextet;
            count += 6;
            if (count >= 8) {
                count -= 8;
                int octet = bits >> count & 0xFF;
                if (octet == ':') {
                    return true;
                }
                if (octet < ' ' || octet == 0x7F) {
                    return false;
                }
            }
        }
        return false;
    }
}
