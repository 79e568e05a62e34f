package io.dharma.tracing.examples.quickstart;

/** Nobody ordered anything under that number. */
final class UnknownOrderException extends Exception {

    private static final long serialVersionUID = 1L;

    UnknownOrderException(String id) {
        super("there is no order " + id);
    }
}
