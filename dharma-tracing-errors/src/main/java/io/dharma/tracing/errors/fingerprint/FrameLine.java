package io.dharma.tracing.errors.fingerprint;

import org.jspecify.annotations.Nullable;

/**
 * A frame as it is printed: {@code at loader/module@version/package.Class.method(File.java:12)}, with whatever a logger
 * adds behind it.
 */
final class FrameLine {

    private static final String INTRODUCTION = "at ";
    private static final int MOST_DIGITS = 9;

    private FrameLine() {}

    /** Null for a line that is none. */
    static @Nullable TraceFrame parse(String line) {
        int open = line.indexOf('(');
        int close = line.indexOf(')', open + 1);
        if (!line.startsWith(INTRODUCTION) || open < 0 || close < 0) {
            return null;
        }
        String name = withoutModule(line.substring(INTRODUCTION.length(), open));
        int dot = name.lastIndexOf('.');
        if (dot <= 0 || dot == name.length() - 1 || !isClassName(name, dot)) {
            return null;
        }
        return frame(name.substring(0, dot), name.substring(dot + 1), line.substring(open + 1, close));
    }

    /** What is behind the slash of a hidden class, such as {@code Orders$$Lambda/0x0000000800c009f0}, begins with a digit. */
    private static String withoutModule(String name) {
        int from = 0;
        int slash = name.indexOf('/');
        while (slash >= 0 && slash + 1 < name.length() && !Texts.isDigit(name.charAt(slash + 1))) {
            from = slash + 1;
            slash = name.indexOf('/', from);
        }
        return name.substring(from);
    }

    /** Names of methods may have nearly everything in them: Kotlin's tests are whole sentences. */
    private static boolean isClassName(String name, int end) {
        if (!Character.isJavaIdentifierStart(name.charAt(0))) {
            return false;
        }
        for (int i = 1; i < end; i++) {
            char c = name.charAt(i);
            if (!Character.isJavaIdentifierPart(c) && ".-+/".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static TraceFrame frame(String className, String method, String place) {
        if (place.equals("Native Method") || place.equals("Unknown Source")) {
            return new TraceFrame(className, method, null, 0);
        }
        int colon = place.lastIndexOf(':');
        boolean hasLine = colon > 0 && Texts.isDigits(place, colon + 1, place.length());
        boolean fits = hasLine && place.length() - colon - 1 <= MOST_DIGITS;
        int line = fits ? Integer.parseInt(place, colon + 1, place.length(), 10) : 0;
        return new TraceFrame(className, method, hasLine ? place.substring(0, colon) : place, line);
    }
}
