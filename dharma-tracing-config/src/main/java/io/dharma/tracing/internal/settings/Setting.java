package io.dharma.tracing.internal.settings;

/**
 * A value, and where it was set.
 *
 * @param <T> what the value is
 */
public record Setting<T>(T value, Origin origin) {

    /** Whether a call of the builder set it. */
    public boolean isCode() {
        return origin.source() == Source.CODE;
    }
}
