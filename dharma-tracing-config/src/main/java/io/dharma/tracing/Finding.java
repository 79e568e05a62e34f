package io.dharma.tracing;

/**
 * Something about this process that a person should know.
 *
 * @param severity how much it matters
 * @param id a word that stays the same from release to release, such as {@code duplicate-classes}
 * @param message what was found
 * @param advice what to do about it
 */
public record Finding(Severity severity, String id, String message, String advice) {

    /** How much a finding matters. */
    public enum Severity {
        /** Good to know. */
        INFO,
        /** Something does not work as it should, or will not for long. */
        WARNING,
        /** Something does not work. */
        ERROR
    }

    static Finding info(String id, String message, String advice) {
        return new Finding(Severity.INFO, id, message, advice);
    }

    static Finding warning(String id, String message, String advice) {
        return new Finding(Severity.WARNING, id, message, advice);
    }

    static Finding error(String id, String message, String advice) {
        return new Finding(Severity.ERROR, id, message, advice);
    }

    /** In one line, for a log. */
    @Override
    public String toString() {
        return severity + " " + id + ": " + message + ". " + advice;
    }
}
