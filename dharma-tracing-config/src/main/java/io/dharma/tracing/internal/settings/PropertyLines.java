package io.dharma.tracing.internal.settings;

import org.jspecify.annotations.Nullable;

/**
 * The entries of a properties file one after another, by the grammar of {@link java.util.Properties#load}: comments,
 * {@code =}, {@code :} or a blank after the name, lines continued by a backslash, and escapes.
 */
final class PropertyLines {

    /** What one entry says, and on which line it begins. */
    record Entry(String name, String value, int line, boolean malformedEscape) {}

    private final String text;
    private int position;
    private int lineNumber = 1;
    private boolean malformedEscape;

    PropertyLines(String text) {
        // An editor's byte order mark is no part of the first name.
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** The next entry; null at the end. */
    @Nullable
    Entry next() {
        while (skipBlanks()) {
            if (isLineEnd(text.charAt(position))) {
                endLine();
            } else if (text.charAt(position) == '#' || text.charAt(position) == '!') {
                skipLine();
            } else {
                return entry();
            }
        }
        return null;
    }

    private Entry entry() {
        int line = lineNumber;
        malformedEscape = false;
        String name = read(true);
        skipSeparator();
        String value = read(false);
        return new Entry(name, value, line, malformedEscape);
    }

    private void skipSeparator() {
        if (skipBlanks() && (text.charAt(position) == '=' || text.charAt(position) == ':')) {
            position++;
            skipBlanks();
        }
    }

    private String read(boolean isName) {
        StringBuilder read = new StringBuilder();
        while (position < text.length()) {
            char c = text.charAt(position);
            if (isLineEnd(c) || (isName && isNameEnd(c))) {
                break;
            }
            position++;
            if (c == '\\') {
                readEscaped(read);
            } else {
                read.append(c);
            }
        }
        return read.toString();
    }

    private void readEscaped(StringBuilder read) {
        if (position == text.length()) {
            return;
        }
        char c = text.charAt(position);
        if (isLineEnd(c)) {
            endLine();
            skipBlanks();
            return;
        }
        position++;
        switch (c) {
            case 't' -> read.append('\t');
            case 'n' -> read.append('\n');
            case 'r' -> read.append('\r');
            case 'f' -> read.append('\f');
            case 'u' -> read.append(unicode());
            default -> read.append(c);
        }
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            skipContinuations();
            int digit = position < text.length() ? hexDigit(text.charAt(position)) : -1;
            if (digit < 0) {
                malformedEscape = true;
                return '\uFFFD';
            }
            code = code * 16 + digit;
            position++;
        }
        return (char) code;
    }

    /** Java joins lines before it looks at escapes, so one may even be spread over two. */
    private void skipContinuations() {
        while (position + 1 < text.length() && text.charAt(position) == '\\' && isLineEnd(text.charAt(position + 1))) {
            position++;
            endLine();
            skipBlanks();
        }
    }

    private static int hexDigit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }

    /** Also over ends of lines that a backslash continues. False at the end of the text. */
    private boolean skipBlanks() {
        while (position < text.length()) {
            char c = text.charAt(position);
            if (c == ' ' || c == '\t' || c == '\f') {
                position++;
            } else if (c == '\\' && position + 1 < text.length() && isLineEnd(text.charAt(position + 1))) {
                position++;
                endLine();
            } else {
                return true;
            }
        }
        return false;
    }

    private void skipLine() {
        while (position < text.length() && !isLineEnd(text.charAt(position))) {
            position++;
        }
    }

    private void endLine() {
        boolean isPair =
                text.charAt(position) == '\r' && position + 1 < text.length() && text.charAt(position + 1) == '\n';
        position += isPair ? 2 : 1;
        lineNumber++;
    }

    private static boolean isNameEnd(char c) {
        return c == '=' || c == ':' || c == ' ' || c == '\t' || c == '\f';
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }
}
