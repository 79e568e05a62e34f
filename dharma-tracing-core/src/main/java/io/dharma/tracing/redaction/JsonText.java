package io.dharma.tracing.redaction;

/**
 * Bodies of Elasticsearch and MongoDB without their data: names stay, values become {@code "?"}, and several values in a
 * row become one. Takes JSON, several documents one after another, and what MongoDB's shell writes. It does not care for
 * structure, so that depth costs nothing and what is cut off or malformed is no matter. Any thread.
 */
final class JsonText {

    static final int MAX_LENGTH = 32 * 1024;
    private static final String VALUE = "\"?\"";
    private static final int LONGEST_NAME = 128;

    private final String text;
    private final StringBuilder out;
    private int at;

    /** Where the last value stands in the output, as long as nothing but a comma came after it; otherwise -1. */
    private int valueAt = -1;

    private JsonText(String text) {
        this.text = text;
        this.out = new StringBuilder(text.length());
    }

    /** The same object if nothing had to change. */
    static String redact(String body) {
        String redacted = whole(start(body, MAX_LENGTH));
        if (redacted.length() > MAX_LENGTH) {
            // Short values grow. Of what is read again only the last one does, so that there has to be room for it.
            redacted = whole(start(redacted, MAX_LENGTH - VALUE.length()));
        }
        return redacted.equals(body) ? body : redacted;
    }

    private static String start(String text, int length) {
        return text.length() > length ? text.substring(0, length) : text;
    }

    private static String whole(String text) {
        return new JsonText(text).redact();
    }

    private String redact() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"' || c == '\'') {
                quoted(c);
            } else if (isSymbol(c)) {
                symbol(c);
            } else {
                bare();
            }
        }
        return out.toString();
    }

    private void symbol(char c) {
        if (!Ascii.isSpace(c) && c != ',') {
            valueAt = -1;
        }
        out.append(c);
        at++;
    }

    private static boolean isSymbol(char c) {
        return Ascii.isSpace(c) || "{}[]:,()".indexOf(c) >= 0;
    }

    private void quoted(char quote) {
        int start = at++;
        while (at < text.length() && text.charAt(at) != quote) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at = Math.min(at + 1, text.length());
        write(start);
    }

    private void bare() {
        int start = at;
        while (at < text.length() && !isSymbol(text.charAt(at)) && text.charAt(at) != '"' && text.charAt(at) != '\'') {
            at++;
        }
        write(start);
    }

    private void write(int start) {
        if (isName() && at - start <= LONGEST_NAME) {
            out.append(text, start, at);
            valueAt = -1;
        } else if (valueAt >= 0) {
            out.setLength(valueAt + VALUE.length());
        } else {
            valueAt = out.length();
            out.append(VALUE);
        }
    }

    private boolean isName() {
        int next = at;
        while (next < text.length() && next < at + LONGEST_NAME && Ascii.isSpace(text.charAt(next))) {
            next++;
        }
        return next < text.length() && text.charAt(next) == ':';
    }
}
