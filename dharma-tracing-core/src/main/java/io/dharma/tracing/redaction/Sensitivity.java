package io.dharma.tracing.redaction;

/**
 * How much the value must look like a secret for a name in the middle of a text to make it one. An attribute of such a
 * name is secret whatever its value; in a text, {@code token: expected ';'} and {@code session: closed} are ordinary
 * English.
 */
enum Sensitivity {

    /** Any value: passwords and keys. */
    CERTAIN {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            return true;
        }
    },

    /** Tokens: at least six characters with a digit among them, or a long run. */
    LIKELY {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            int length = to - from;
            boolean random = length >= 20 || (length >= 6 && digits(text, from, to) > 0);
            return random && !isNothingButDate(text, from, to);
        }
    },

    /** Passwords and keys in their plural: a list of them, but not their number. */
    SEVERAL {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            return LIKELY.accepts(text, from, to);
        }
    },

    /** Sessions, salts, credentials: as random text looks, and not as a date or the name of an algorithm does. */
    VAGUE {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            return to - from >= 8
                    && digits(text, from, to) >= 2
                    && !isDate(text, from, to)
                    && !isAlgorithm(text, from, to);
        }
    },

    /** Numbers typed by people: three digits at least. */
    CODE {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            return to - from <= LONGEST_CODE && digits(text, from, to) >= 3;
        }
    },

    /** Numbers of cards, accounts and persons. */
    NUMBER {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            return digits(text, from, to) >= 4;
        }
    },

    /** Where somebody is on the network. */
    ADDRESS {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            boolean separator = false;
            for (int i = from; i < to && !separator; i++) {
                separator = text.charAt(i) == '.' || text.charAt(i) == ':';
            }
            return separator && digits(text, from, to) > 0;
        }
    },

    /** The header: a scheme, and whatever follows it. */
    AUTHORIZATION {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            return LIKELY.accepts(text, from, to);
        }
    },

    /** The headers: pairs of names and values. */
    COOKIE {
        @Override
        boolean accepts(CharSequence text, int from, int to) {
            return LIKELY.accepts(text, from, to);
        }
    };

    private static final int LONGEST_CODE = 12;

    /**
     * Whether this is a secret.
     *
     * @param from the first character of the value
     * @param to the end of its first few dozen characters
     */
    abstract boolean accepts(CharSequence text, int from, int to);

    private static int digits(CharSequence text, int from, int to) {
        int digits = 0;
        for (int i = from; i < to; i++) {
            if (Ascii.isDigit(text.charAt(i))) {
                digits++;
            }
        }
        return digits;
    }

    private static boolean isDate(CharSequence text, int from, int to) {
        return to - from >= 10
                && text.charAt(from + 4) == '-'
                && text.charAt(from + 7) == '-'
                && digits(text, from, from + 4) == 4;
    }

    /** Of a day, or with a time behind it. */
    private static boolean isNothingButDate(CharSequence text, int from, int to) {
        return isDate(text, from, to) && digits(text, from + 5, from + 7) == 2 && isTime(text, from + 10, to);
    }

    private static boolean isTime(CharSequence text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!Ascii.isDigit(c) && "T:.+-Z".indexOf(c) < 0) {
                return false;
            }
        }
        return from == to || text.charAt(from) == 'T';
    }

    private static boolean isAlgorithm(CharSequence text, int from, int to) {
        for (int i = from; i + 3 <= to; i++) {
            if (Ascii.startsWithLower(text, i, "sha")
                    || Ascii.startsWithLower(text, i, "oauth")
                    || Ascii.startsWithLower(text, i, "aes")) {
                return true;
            }
        }
        return false;
    }
}
