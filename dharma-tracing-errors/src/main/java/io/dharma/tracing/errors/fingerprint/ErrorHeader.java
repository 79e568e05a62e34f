package io.dharma.tracing.errors.fingerprint;

import org.jspecify.annotations.Nullable;

/**
 * The line that begins a printed trace or one of its causes: {@code type: message}.
 *
 * @param type the name of a class
 * @param message what follows; null where nothing does
 */
record ErrorHeader(String type, @Nullable String message) {

    /** Of a line that may be anything; null where it does not look like one. */
    static @Nullable ErrorHeader find(String line) {
        String text = withoutThread(line);
        ErrorHeader atStart = at(text, 0);
        return atStart != null ? atStart : behindLog(text);
    }

    /** Of what follows {@code Caused by:} and must be one. */
    static ErrorHeader require(String text) {
        ErrorHeader found = at(text, 0);
        return found != null ? found : split(text);
    }

    /** Whether the name says that something is thrown, not only that it is a class. */
    boolean namesAnError() {
        return Raisers.isErrorType(type);
    }

    private static String withoutThread(String line) {
        String introduction = "Exception in thread \"";
        if (!line.startsWith(introduction)) {
            return line;
        }
        int end = line.indexOf("\" ", introduction.length());
        return end < 0 ? line : line.substring(end + 2);
    }

    private static @Nullable ErrorHeader at(String text, int from) {
        int end = endOfName(text, from);
        boolean ends = end == text.length() || text.charAt(end) == ':';
        if (!ends || end == from) {
            return null;
        }
        String type = text.substring(from, end);
        boolean qualified = type.indexOf('.') > 0 && !type.endsWith(".");
        return qualified || Raisers.isErrorType(type) ? split(text.substring(from)) : null;
    }

    /** Loggers write a time, a level and a message before it, in one line. */
    private static @Nullable ErrorHeader behindLog(String text) {
        int from = text.indexOf(' ') + 1;
        while (from > 0) {
            ErrorHeader found = at(text, from);
            if (found != null && found.namesAnError() && found.type.indexOf('.') > 0) {
                return found;
            }
            from = text.indexOf(' ', from) + 1;
        }
        return null;
    }

    private static int endOfName(String text, int from) {
        int end = from;
        if (end == text.length() || !Character.isJavaIdentifierStart(text.charAt(end))) {
            return from;
        }
        while (end < text.length() && (Character.isJavaIdentifierPart(text.charAt(end)) || text.charAt(end) == '.')) {
            end++;
        }
        return end;
    }

    private static ErrorHeader split(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new ErrorHeader(text.strip(), null);
        }
        return new ErrorHeader(
                text.substring(0, colon).strip(), text.substring(colon + 1).strip());
    }
}
