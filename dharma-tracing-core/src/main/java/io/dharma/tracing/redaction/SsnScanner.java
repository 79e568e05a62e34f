package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/** Social security numbers of the United States, with their dashes, as far as the number may have been given out. */
final class SsnScanner implements Scanner {

    private static final int LENGTH = 11;

    @Override
    public String triggers() {
        return "0123456789";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        return at + LENGTH <= text.length()
                        && text.charAt(at + 3) == '-'
                        && text.charAt(at + 6) == '-'
                        && isAlone(text, at)
                        && isGivenOut(number(text, at, 3), number(text, at + 4, 2), number(text, at + 7, 4))
                ? Find.secret(at, at + LENGTH, Rule.SSN)
                : null;
    }

    private static boolean isAlone(CharSequence text, int at) {
        boolean joined = at > 0 && "-._+/".indexOf(text.charAt(at - 1)) >= 0;
        int end = at + LENGTH;
        return !joined && !Ascii.isWordAt(text, end) && !(Ascii.isAt(text, end, '-') && Ascii.isWordAt(text, end + 1));
    }

    private static boolean isGivenOut(int area, int group, int serial) {
        return area > 0 && area != 666 && area < 900 && group > 0 && serial > 0;
    }

    /** -1 if these are not all digits. */
    private static int number(CharSequence text, int from, int digits) {
        int number = 0;
        for (int i = from; i < from + digits; i++) {
            char c = text.charAt(i);
            if (!Ascii.isDigit(c)) {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }
}
