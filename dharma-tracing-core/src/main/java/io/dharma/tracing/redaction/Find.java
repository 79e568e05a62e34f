package io.dharma.tracing.redaction;

/**
 * A part of a text that must go.
 *
 * @param start its first character
 * @param end the first one after it
 * @param replacement what stands there instead
 */
record Find(int start, int end, Rule rule, String replacement) {

    static final String MARKER = "[redacted]";

    static Find secret(int start, int end, Rule rule) {
        return new Find(start, end, rule, MARKER);
    }
}
