package io.dharma.tracing.errors.fingerprint;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which classes are the application's own: those in the packages that it named; if it named none, those in the package of
 * its main class; if that says nothing, all that are of no known framework.
 */
final class InApp {

    private final List<String> prefixes;
    private final String description;

    private InApp(List<String> prefixes, String description) {
        this.prefixes = List.copyOf(prefixes);
        this.description = description;
    }

    static InApp of(List<String> packages, @Nullable String mainClass) {
        if (!packages.isEmpty()) {
            return new InApp(packages, "the configured packages");
        }
        String home = mainClass == null ? "" : Texts.packageOf(mainClass);
        // A launcher, of Spring Boot, a servlet container or a test runner, is nobody's application.
        if (mainClass == null || home.isEmpty() || KnownFrameworks.include(mainClass)) {
            return new InApp(List.of(), "what is of no known framework");
        }
        return new InApp(List.of(home), "the main class's package");
    }

    /** By its normalised name. */
    boolean includes(String className) {
        if (prefixes.isEmpty()) {
            return !KnownFrameworks.include(className);
        }
        for (String prefix : prefixes) {
            if (matches(className, prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String className, String prefix) {
        if (prefix.endsWith("*")) {
            return className.regionMatches(0, prefix, 0, prefix.length() - 1);
        }
        return className.startsWith(prefix)
                && (className.length() == prefix.length() || ".$".indexOf(className.charAt(prefix.length())) >= 0);
    }

    /** A package, which stands for those below it as well, a class, or a beginning of names that ends in an asterisk. */
    static String requirePackage(String name) {
        String bare = name.endsWith("*") ? name.substring(0, name.length() - 1) : name;
        String valid = bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
        if (valid.isEmpty() || !isName(valid)) {
            throw new IllegalArgumentException(
                    "inApp must be packages such as com.acme, or com.acme* for all names that" + " begin so, but is \""
                            + name + "\"");
        }
        return name.endsWith("*") ? name : valid;
    }

    private static boolean isName(String name) {
        return Arrays.stream(name.split("\\.", -1)).allMatch(InApp::isIdentifier);
    }

    private static boolean isIdentifier(String part) {
        return !part.isEmpty()
                && Character.isJavaIdentifierStart(part.charAt(0))
                && part.chars().allMatch(Character::isJavaIdentifierPart);
    }

    /** What counts as the application's, to follow "of". */
    @Override
    public String toString() {
        return prefixes.isEmpty() ? description : description + " " + String.join(", ", prefixes);
    }
}
