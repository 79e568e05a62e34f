package io.dharma.tracing.internal.settings;

/**
 * What values a setting takes.
 *
 * @param <T> what they are in Java
 */
public interface Type<T> {

    /**
     * Reads a value, which is not blank and has no blanks around it.
     *
     * @throws IllegalArgumentException if it cannot be read; the message says what is wrong and never repeats the value
     */
    T parse(String text);

    /**
     * Checks a value that code gave.
     *
     * @throws IllegalArgumentException as {@link #parse} does
     */
    default void check(T value) {
        T unused = parse(value.toString());
    }

    /** What is allowed, to complete the sentence "allowed is ...". */
    String allowed();

    /** As it may be shown to anybody: without secrets. */
    default String show(T value) {
        return value.toString();
    }

    /** Whether a value that cannot be read must not be shown either. */
    default boolean isSecret() {
        return false;
    }
}
