package io.dharma.tracing.errors.fingerprint;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small questions about names. */
final class Texts {

    private Texts() {}

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Not between the two halves of a character. */
    static String atMost(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit);
    }

    static boolean beginsWithAny(String text, List<String> beginnings) {
        for (String beginning : beginnings) {
            if (text.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }

    static boolean isDigits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return from < to;
    }

    /** ASCII only: names that a compiler numbers have no others. */
    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** The part of a class's name behind its package, with the classes around it. */
    static String withoutPackage(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** The part of a class's name behind its package and the classes around it. */
    static String simpleName(String className) {
        String name = withoutPackage(className);
        return name.substring(name.lastIndexOf('$') + 1);
    }

    static String packageOf(String className) {
        return className.substring(0, Math.max(0, className.lastIndexOf('.')));
    }
}
