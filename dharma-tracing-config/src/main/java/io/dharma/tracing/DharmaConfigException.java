package io.dharma.tracing;

import java.util.List;

/**
 * The configuration is wrong. The message names every setting that is, its value unless that could be a secret, where
 * it was set, and what is allowed. Never thrown because something cannot be reached.
 */
public final class DharmaConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** Serializable, as every field of an exception has to be. */
    @SuppressWarnings("serial") // List.copyOf() is
    private final List<String> problems;

    DharmaConfigException(List<String> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, a line for each setting. */
    public List<String> problems() {
        return problems;
    }

    private static String message(List<String> problems) {
        StringBuilder message = new StringBuilder("The configuration of Dharma Tracing is wrong:");
        for (String problem : problems) {
            message.append("\n  - ").append(problem);
        }
        return message.toString();
    }
}
