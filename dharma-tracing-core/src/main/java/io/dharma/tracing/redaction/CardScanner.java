package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * Numbers of payment cards: 13 to 19 digits, together or grouped as on the card, that begin as a scheme's numbers do and
 * whose check digit is right. One number in ten has the right check digit by chance, so the beginnings matter, and so
 * does that nothing next to it makes it part of a longer identifier.
 */
final class CardScanner implements Scanner {

    private static final int SHORTEST = 13;
    private static final int LONGEST = 19;
    private static final int MOST_GROUPS = 5;

    @Override
    public String triggers() {
        return "0123456789";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        char first = text.charAt(at);
        if (first < '2' || first > '6' || isPartOfMore(text, at)) {
            return null;
        }
        int run = endOfDigits(text, at);
        if (run - at >= SHORTEST) {
            return run - at <= LONGEST && endsThere(text, run) ? check(text, at, run, run - at) : null;
        }
        return run - at == 4 && run < text.length() ? grouped(text, at, run) : null;
    }

    private static boolean isPartOfMore(CharSequence text, int at) {
        if (at == 0) {
            return false;
        }
        char before = text.charAt(at - 1);
        return before == '.' || before == '_' || (before == '-' && Ascii.isWordAt(text, at - 2));
    }

    private static boolean endsThere(CharSequence text, int end) {
        if (Ascii.isWordAt(text, end)) {
            return false;
        }
        boolean joint = Ascii.isAt(text, end, '-') || Ascii.isAt(text, end, '.') || Ascii.isAt(text, end, '_');
        return !joint || !Ascii.isWordAt(text, end + 1);
    }

    private static @Nullable Find grouped(CharSequence text, int at, int firstEnd) {
        char gap = text.charAt(firstEnd);
        if (gap != ' ' && gap != '-') {
            return null;
        }
        int shape = 4;
        int digits = 4;
        int end = firstEnd;
        for (int groups = 1; groups < MOST_GROUPS && Ascii.isAt(text, end, gap); groups++) {
            int next = endOfDigits(text, end + 1);
            int length = next - end - 1;
            if (length == 0 || length > 6) {
                break;
            }
            shape = shape * 10 + length;
            digits += length;
            end = next;
            if (isWhole(shape) && endsThere(text, end)) {
                Find find = check(text, at, end, digits);
                if (find != null) {
                    return find;
                }
            }
        }
        return null;
    }

    /** The groups' lengths, read as digits: of most schemes, American Express, Diners Club, and the longest. */
    private static boolean isWhole(int shape) {
        return shape == 4444 || shape == 465 || shape == 464 || shape == 44443;
    }

    /** More than a card has is all the same. */
    private static int endOfDigits(CharSequence text, int from) {
        int end = from;
        while (end < text.length() && end - from <= LONGEST && Ascii.isDigit(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static @Nullable Find check(CharSequence text, int from, int to, int digits) {
        int prefix = 0;
        int read = 0;
        int sum = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (Ascii.isDigit(c)) {
                int digit = c - '0';
                if (read < 6) {
                    prefix = prefix * 10 + digit;
                }
                boolean doubled = (digits - read) % 2 == 0;
                sum += doubled ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
                read++;
            }
        }
        return sum % 10 == 0 && isIssued(prefix, digits) ? Find.secret(from, to, Rule.CARD) : null;
    }

    /** By the first six digits: what Visa, Mastercard, American Express and the others hand out. */
    private static boolean isIssued(int prefix, int digits) {
        int two = prefix / 10_000;
        int three = prefix / 1_000;
        int four = prefix / 100;
        if (two >= 40 && two <= 49) {
            return digits == 13 || digits == 16 || digits == 19;
        }
        if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720) || isMir(four)) {
            return digits == 16;
        }
        if (two == 34 || two == 37) {
            return digits == 15;
        }
        if (two == 36 || two == 38 || two == 39 || (three >= 300 && three <= 305)) {
            return digits == 14 || (two != 36 && digits == 16);
        }
        if ((four >= 3528 && four <= 3589) || isDiscover(two, three, four) || two == 62) {
            return digits >= 16;
        }
        return isMaestro(four);
    }

    private static boolean isMir(int four) {
        return four >= 2200 && four <= 2204;
    }

    private static boolean isDiscover(int two, int three, int four) {
        return four == 6011 || two == 65 || (three >= 644 && three <= 649);
    }

    private static boolean isMaestro(int four) {
        return four == 5018
                || four == 5020
                || four == 5038
                || four == 5893
                || four == 6304
                || four == 6759
                || (four >= 6761 && four <= 6763);
    }
}
