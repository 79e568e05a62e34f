package io.dharma.tracing.spi;

import java.nio.charset.StandardCharsets;

/**
 * Writes JSON, in ASCII and on one line. The caller says what is in what; commas come by themselves.
 *
 * <p>One thread at a time. Costs some nanoseconds a character.
 */
public final class JsonWriter {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final StringBuilder out = new StringBuilder(512);
    private boolean first = true;

    /** Begins an object, as a value. */
    public JsonWriter beginObject() {
        return open('{');
    }

    /** Ends the innermost object. */
    public JsonWriter endObject() {
        return close('}');
    }

    /** Begins an array, as a value. */
    public JsonWriter beginArray() {
        return open('[');
    }

    /** Ends the innermost array. */
    public JsonWriter endArray() {
        return close(']');
    }

    private JsonWriter open(char bracket) {
        separate();
        out.append(bracket);
        first = true;
        return this;
    }

    private JsonWriter close(char bracket) {
        out.append(bracket);
        first = false;
        return this;
    }

    /** The name of the value that comes next. */
    public JsonWriter name(String name) {
        separate();
        quote(name);
        out.append(':');
        first = true;
        return this;
    }

    /** A text. */
    public JsonWriter value(String text) {
        separate();
        quote(text);
        return this;
    }

    /** A whole number. */
    public JsonWriter value(long number) {
        separate();
        out.append(number);
        return this;
    }

    /** A number; null where it is none, or infinite, for which JSON has no words. */
    public JsonWriter value(double number) {
        separate();
        out.append(Double.isFinite(number) ? Double.toString(number) : "null");
        return this;
    }

    /** True or false. */
    public JsonWriter value(boolean truth) {
        separate();
        out.append(truth);
        return this;
    }

    private void separate() {
        if (!first) {
            out.append(',');
        }
        first = false;
    }

    private void quote(String text) {
        out.append('"');
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isEscaped(text.charAt(i))) {
                out.append(text, written, i);
                escape(text.charAt(i));
                written = i + 1;
            }
        }
        if (written == 0) {
            // Most texts, which are then copied as a whole.
            out.append(text);
        } else {
            out.append(text, written, text.length());
        }
        out.append('"');
    }

    /** Nothing that would end a script element in a page, and no lone surrogate that some readers refuse raw. */
    private static boolean isEscaped(char c) {
        return c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == '\'';
    }

    private void escape(char c) {
        if (c == '"' || c == '\\') {
            out.append('\\').append(c);
            return;
        }
        out.append("\\u")
                .append(HEX[c >> 12])
                .append(HEX[c >> 8 & 0xf])
                .append(HEX[c >> 4 & 0xf])
                .append(HEX[c & 0xf]);
    }

    /** What was written, of which every character is one byte of UTF-8. */
    public byte[] toBytes() {
        return out.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** What was written. */
    @Override
    public String toString() {
        return out.toString();
    }
}
