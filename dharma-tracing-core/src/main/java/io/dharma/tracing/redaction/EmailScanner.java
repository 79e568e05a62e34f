package io.dharma.tracing.redaction;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** E-mail addresses, as far as they are common. */
final class EmailScanner implements Scanner {

    private static final int LONGEST_LOCAL_PART = 64;
    private static final int LONGEST_DOMAIN = 253;

    private final UnaryOperator<String> replacement;

    EmailScanner(UnaryOperator<String> replacement) {
        this.replacement = replacement;
    }

    static UnaryOperator<String> masking() {
        return address -> "***" + address.substring(address.indexOf('@'));
    }

    @Override
    public String triggers() {
        return "@";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        int start = at;
        while (start > Math.max(from, at - LONGEST_LOCAL_PART) && isLocal(text.charAt(start - 1))) {
            start--;
        }
        while (start < at && !Ascii.isWord(text.charAt(start))) {
            start++;
        }
        int end = endOfDomain(text, at + 1);
        if (start == at || end < 0) {
            return null;
        }
        String address = text.subSequence(start, end).toString();
        return new Find(start, end, Rule.EMAIL, replacement.apply(address));
    }

    private static boolean isLocal(char c) {
        return Ascii.isBase64Url(c) || c == '.' || c == '+';
    }

    /** -1 unless the last label is of letters. */
    private static int endOfDomain(CharSequence text, int start) {
        int end = start;
        int label = start;
        boolean dot = false;
        int limit = Math.min(text.length(), start + LONGEST_DOMAIN);
        while (end < limit && (Ascii.isWord(text.charAt(end)) || isInnerJoint(text, end, start))) {
            if (text.charAt(end) == '.') {
                dot = true;
                label = end + 1;
            }
            end++;
        }
        return dot && isTopLevel(text, label, end) ? end : -1;
    }

    private static boolean isTopLevel(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Ascii.isLetter(text.charAt(i))) {
                return false;
            }
        }
        return to - from >= 2;
    }

    private static boolean isInnerJoint(CharSequence text, int index, int start) {
        char c = text.charAt(index);
        return (c == '.' || c == '-') && index > start && Ascii.isWordAt(text, index + 1);
    }
}
