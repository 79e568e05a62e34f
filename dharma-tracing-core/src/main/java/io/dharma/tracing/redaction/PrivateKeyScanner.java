package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/** Private keys in PEM's armour, and PGP's, with line breaks of any kind; certificates and public keys stay. */
final class PrivateKeyScanner implements Scanner {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String PRIVATE_KEY = "private key";
    private static final int LONGEST_LABEL = 40;

    @Override
    public String triggers() {
        return "-";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        return Ascii.startsWith(text, at, BEGIN) && isPrivate(text, at + BEGIN.length())
                ? Find.secret(at, end(text, at + BEGIN.length()), Rule.PRIVATE_KEY)
                : null;
    }

    private static boolean isPrivate(CharSequence text, int label) {
        int last = Math.min(text.length(), label + LONGEST_LABEL);
        for (int i = label; i < last && text.charAt(i) != '-'; i++) {
            if (Ascii.startsWithLower(text, i, PRIVATE_KEY)) {
                return true;
            }
        }
        return false;
    }

    /** One that was cut off goes to the end of the text. */
    private static int end(CharSequence text, int body) {
        for (int i = body; i < text.length(); i++) {
            if (text.charAt(i) == '-' && Ascii.startsWith(text, i, END)) {
                return endOfArmour(text, i + END.length());
            }
        }
        return text.length();
    }

    private static int endOfArmour(CharSequence text, int label) {
        int i = label;
        while (i < text.length() && text.charAt(i) != '-' && text.charAt(i) != '\n') {
            i++;
        }
        while (i < text.length() && text.charAt(i) == '-') {
            i++;
        }
        return i;
    }
}
