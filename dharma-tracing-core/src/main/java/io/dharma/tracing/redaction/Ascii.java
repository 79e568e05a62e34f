package io.dharma.tracing.redaction;

/** What the scanners ask about single characters. Everything beyond ASCII is a no. */
final class Ascii {

    private Ascii() {}

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    static boolean isLetter(char c) {
        return isLower((char) (c | 0x20));
    }

    static boolean isWord(char c) {
        return isLetter(c) || isDigit(c);
    }

    static boolean isHex(char c) {
        return hexValue(c) >= 0;
    }

    static boolean isBase64Url(char c) {
        return isWord(c) || c == '-' || c == '_';
    }

    static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }

    static char lower(char c) {
        return isUpper(c) ? (char) (c | 0x20) : c;
    }

    /** -1 if it is none. */
    static int hexValue(char c) {
        if (isDigit(c)) {
            return c - '0';
        }
        int letter = (c | 0x20) - 'a';
        return letter >= 0 && letter < 6 ? letter + 10 : -1;
    }

    /** The six bits of a base64 digit of either alphabet; -1 if it is none. */
    static int sextet(char c) {
        if (isUpper(c)) {
            return c - 'A';
        }
        if (isLower(c)) {
            return c - 'a' + 26;
        }
        if (isDigit(c)) {
            return c - '0' + 52;
        }
        return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    }

    static boolean startsWith(CharSequence text, int at, String prefix) {
        if (at < 0 || at + prefix.length() > text.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (text.charAt(at + i) != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #startsWith}, whatever the case of the text. */
    static boolean startsWithLower(CharSequence text, int at, String lowerCasePrefix) {
        if (at < 0 || at + lowerCasePrefix.length() > text.length()) {
            return false;
        }
        for (int i = 0; i < lowerCasePrefix.length(); i++) {
            if (lower(text.charAt(at + i)) != lowerCasePrefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the text from one index to another is that word, whatever its case. */
    static boolean equalsLower(CharSequence text, int from, int to, String lowerCase) {
        return to - from == lowerCase.length() && startsWithLower(text, from, lowerCase);
    }

    /** Where a percent sign and two hex digits stand. */
    static boolean isPercentEscape(CharSequence text, int at) {
        return at + 2 < text.length()
                && text.charAt(at) == '%'
                && isHex(text.charAt(at + 1))
                && isHex(text.charAt(at + 2));
    }

    /** The first index from {@code at} on that is no letter or digit. */
    static int endOfWord(CharSequence text, int at) {
        int end = at;
        while (end < text.length() && isWord(text.charAt(end))) {
            end++;
        }
        return end;
    }

    static boolean isWordAt(CharSequence text, int index) {
        return index >= 0 && index < text.length() && isWord(text.charAt(index));
    }

    static boolean isAt(CharSequence text, int index, char c) {
        return index >= 0 && index < text.length() && text.charAt(index) == c;
    }
}
