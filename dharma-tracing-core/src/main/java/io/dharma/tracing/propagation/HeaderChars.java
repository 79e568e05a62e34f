package io.dharma.tracing.propagation;

import java.util.function.IntPredicate;

/**
 * A set of ASCII characters, as the grammars of headers define them.
 *
 * <p>A table look-up per character, since every request runs through these.
 */
final class HeaderChars {

    /** {@code token} of RFC 9110: the name of a header, the key of a baggage entry. */
    static final HeaderChars TOKEN = of(c -> isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);

    /** {@code baggage-octet} of W3C Baggage: what the value of an entry is made of. */
    static final HeaderChars BAGGAGE_OCTET = of(c -> c > ' ' && c < 0x7F && "\",;\\".indexOf(c) < 0);

    /** The properties of a baggage entry, which we carry along without a look inside. */
    static final HeaderChars BAGGAGE_PROPERTIES =
            of(c -> BAGGAGE_OCTET.contains((char) c) || c == ';' || isBlank((char) c));

    /** What needs no percent encoding in the value of a baggage entry. */
    static final HeaderChars BAGGAGE_LITERAL = of(c -> BAGGAGE_OCTET.contains((char) c) && c != '%');

    /** The same for Jaeger, whose clients read a plus as a space. */
    static final HeaderChars JAEGER_LITERAL = of(c -> BAGGAGE_LITERAL.contains((char) c) && c != '+');

    /** The characters of a {@code tracestate} key. */
    static final HeaderChars STATE_KEY = of(c -> isLowerCaseOrDigit(c) || "_-*/@".indexOf(c) >= 0);

    /** The first character of a {@code tracestate} key. */
    static final HeaderChars STATE_KEY_START = of(HeaderChars::isLowerCaseOrDigit);

    /** The characters of a {@code tracestate} value. */
    static final HeaderChars STATE_VALUE = of(c -> c >= ' ' && c < 0x7F && c != ',' && c != '=');

    private final boolean[] members = new boolean[128];

    private HeaderChars(IntPredicate isMember) {
        for (int c = 0; c < members.length; c++) {
            members[c] = isMember.test(c);
        }
    }

    private static HeaderChars of(IntPredicate isMember) {
        return new HeaderChars(isMember);
    }

    boolean contains(char c) {
        return c < members.length && members[c];
    }

    /** The first position from {@code start} on whose character is not of this set, or {@code end}. */
    int skip(String text, int start, int end) {
        int position = start;
        while (position < end && contains(text.charAt(position))) {
            position++;
        }
        return position;
    }

    /** Whether the text between the two positions holds nothing else; true if it is empty. */
    boolean fill(String text, int start, int end) {
        return skip(text, start, end) == end;
    }

    /** {@code OWS} of RFC 9110. */
    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** The first position from {@code start} on that is not blank, or {@code end}. */
    static int skipBlanks(String text, int start, int end) {
        int position = start;
        while (position < end && isBlank(text.charAt(position))) {
            position++;
        }
        return position;
    }

    /** The end of the text between the two positions without the blanks behind it. */
    static int trimBlanks(String text, int start, int end) {
        int position = end;
        while (position > start && isBlank(text.charAt(position - 1))) {
            position--;
        }
        return position;
    }

    /** The text without the blanks around it. */
    static String withoutBlanks(String text) {
        int start = skipBlanks(text, 0, text.length());
        return text.substring(start, trimBlanks(text, start, text.length()));
    }

    private static boolean isLowerCaseOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static boolean isLetterOrDigit(int c) {
        return isLowerCaseOrDigit(c) || (c >= 'A' && c <= 'Z');
    }
}
