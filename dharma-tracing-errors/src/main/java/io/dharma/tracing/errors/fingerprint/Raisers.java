package io.dharma.tracing.errors.fingerprint;

import java.util.List;
import java.util.Set;

/**
 * Code that is there to throw: {@code requirePositive(amount)}, {@code Preconditions.checkState(...)},
 * {@code OrderException.from(...)}. That it threw says nothing; what called it has the error.
 */
final class Raisers {

    /**
     * Verbs of methods that do nothing but throw or return. Not {@code verify}, {@code validate} and {@code assert}:
     * those are as often where the rule that was broken is written, and the only place where it is.
     */
    private static final List<String> VERBS =
            List.of("check", "require", "ensure", "throw", "rethrow", "raise", "fail");

    /** Classes that have nothing but such methods, whatever those are called. */
    private static final Set<String> CLASSES = Set.of(
            "Args",
            "Assert",
            "Assertions",
            "Asserts",
            "Checks",
            "Ensure",
            "Exceptions",
            "Guard",
            "Precondition",
            "Preconditions",
            "Require",
            "Throwables",
            "Validate");

    private static final List<String> ERRORS = List.of("Exception", "Error", "Throwable");

    private Raisers() {}

    /** Whether a frame, by normalised names, is of such code. */
    static boolean isRaiser(String className, String method) {
        return isErrorType(className) || CLASSES.contains(Texts.simpleName(className)) || hasVerb(method);
    }

    /** By the name, since no class is at hand; also for classes within one that is. */
    static boolean isErrorType(String className) {
        for (String name : Texts.withoutPackage(className).split("\\$", -1)) {
            if (ERRORS.stream().anyMatch(name::endsWith)) {
                return true;
            }
        }
        return false;
    }

    /** {@code checkState} and {@code _throw} begin with a verb; {@code checkout} does not. */
    private static boolean hasVerb(String method) {
        int from = 0;
        while (from < method.length() && method.charAt(from) == '_') {
            from++;
        }
        for (String verb : VERBS) {
            if (method.startsWith(verb, from) && endsWord(method, from + verb.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsWord(String method, int end) {
        return end == method.length() || Character.isUpperCase(method.charAt(end)) || method.charAt(end) == '_';
    }
}
