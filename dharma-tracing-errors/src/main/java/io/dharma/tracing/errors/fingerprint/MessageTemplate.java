package io.dharma.tracing.errors.fingerprint;

import org.jspecify.annotations.Nullable;

/**
 * A message without what differs from one time to the next: {@code Order 4711 of "Ann" not found} becomes
 * {@code Order * of * not found}.
 *
 * <p>Of the first line, {@value #MAX_WORDS} words at most. What is quoted or in brackets of any kind is left out, and so
 * is every word with a digit, a slash, a backslash or an at sign in it, which numbers, ids, dates, addresses and paths have.
 */
final class MessageTemplate {

    private static final int MAX_WORDS = 24;
    private static final int MAX_CHARACTERS = 1024;
    private static final char ANY = '*';
    private static final String OPENING = "\"'`([{<\u00ab\u201c\u2018";
    private static final String CLOSING = "\"'`)]}>\u00bb\u201d\u2019";

    private final String text;
    private final StringBuilder template = new StringBuilder();
    private int words;
    private int at;

    private MessageTemplate(String text) {
        this.text = text;
    }

    /** Empty for none. */
    static String of(@Nullable String message) {
        String first =
                message == null ? "" : message.strip().lines().findFirst().orElse("");
        return new MessageTemplate(Texts.atMost(first, MAX_CHARACTERS)).parameterised();
    }

    private String parameterised() {
        while (at < text.length() && words < MAX_WORDS) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else {
                word();
            }
        }
        return template.toString();
    }

    private void word() {
        int start = at;
        int end = endOfWord();
        at = end;
        String word = text.substring(start, end);
        append(isParameter(word) ? String.valueOf(ANY) : word);
    }

    /** Behind the closing one, where it begins with a quote or bracket; an apostrophe within a word is none. */
    private int endOfWord() {
        int kind = OPENING.indexOf(text.charAt(at));
        int closing = kind < 0 ? -1 : closing(kind);
        int from = closing < 0 ? at : closing;
        while (from < text.length() && !Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        return from;
    }

    private int closing(int kind) {
        char opens = OPENING.charAt(kind);
        char closes = CLOSING.charAt(kind);
        int depth = 0;
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == closes && i > at && --depth <= 0) {
                return i + 1;
            }
            if (c == opens) {
                depth++;
            }
        }
        return -1;
    }

    private static boolean isParameter(String word) {
        if (OPENING.indexOf(word.charAt(0)) >= 0) {
            return true;
        }
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (Character.isDigit(c) || c == '/' || c == '\\' || c == '@' || c == '=') {
                return true;
            }
        }
        return false;
    }

    /** Several parameters in a row are one: how many there are differs as well. */
    private void append(String word) {
        boolean isAny = word.length() == 1 && word.charAt(0) == ANY;
        boolean wasAny = !template.isEmpty() && template.charAt(template.length() - 1) == ANY;
        if (isAny && wasAny) {
            return;
        }
        template.append(template.isEmpty() ? "" : " ").append(word);
        words++;
    }
}
