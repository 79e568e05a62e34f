package io.dharma.tracing.redaction;

/** Percent encoding, as far as the names of parameters need it. */
final class PercentText {

    private PercentText() {}

    /** With escapes of ASCII decoded; anything else stays as it is. */
    static String decode(CharSequence text) {
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Ascii.isPercentEscape(text, i)) {
                c = (char) (Ascii.hexValue(text.charAt(i + 1)) << 4 | Ascii.hexValue(text.charAt(i + 2)));
                i += 2;
            }
            decoded.append(c);
        }
        return decoded.toString();
    }
}
