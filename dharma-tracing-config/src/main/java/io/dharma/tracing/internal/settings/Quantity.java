package io.dharma.tracing.internal.settings;

/** Numbers with a unit. */
final class Quantity {

    private static final int MOST_DIGITS = 18;

    private Quantity() {}

    /** How many characters at the beginning are digits. */
    static int digits(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    static long product(String digits, long factor, long most) {
        long number = digits.length() > MOST_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits);
        if (number > most / factor) {
            throw new IllegalArgumentException("is too large");
        }
        return number * factor;
    }
}
