package io.dharma.tracing.internal.text;

/**
 * What an id may be made of: 8 to 128 ASCII characters, a letter or digit first, then letters, digits and any of {@code .
 * _ : + / = -}. Any thread.
 */
public final class IdSyntax {

    public static final int SHORTEST = 8;
    public static final int LONGEST = 128;

    /** Allowed but letters and digits, in any place but the first. */
    private static final String PUNCTUATION = "._:+/=-";

    private IdSyntax() {}

    /** Whether it is an id; looks at no more characters than one can have. */
    public static boolean isId(String text) {
        return text.length() >= SHORTEST && text.length() <= LONGEST && firstWrong(text) < 0;
    }

    /** Where the first character is that an id cannot have there; -1 if none of the first 128 is one. */
    public static int firstWrong(String text) {
        int end = Math.min(text.length(), LONGEST);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (!isLetterOrDigit(c) && (i == 0 || PUNCTUATION.indexOf(c) < 0)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    }
}
