package io.dharma.tracing.errors.fingerprint;

import java.util.List;

/**
 * Frames between a call and what was called: reflection, proxies, the class of a lambda, accessors. They come and go with
 * the JDK, with how often a method was called, and with where a compiler put a method, and say nothing of the failure.
 */
final class Plumbing {

    private static final List<String> PACKAGES = List.of(
            "sun.reflect.",
            "jdk.internal.reflect.",
            "java.lang.reflect.",
            "java.lang.invoke.",
            "com.sun.proxy.",
            "jdk.proxy",
            // Where Groovy calls what it found, and Kotlin's debugger marks where a coroutine was resumed
            "org.codehaus.groovy.runtime.callsite.",
            "org.codehaus.groovy.vmplugin.",
            "org.codehaus.groovy.reflection.",
            "_COROUTINE.");

    private static final List<String> MARKS = List.of("$$Lambda", "$$FastClassBy", "$$ExternalSyntheticLambda");

    private Plumbing() {}

    /** Of a frame as it was thrown. */
    static boolean isPlumbing(TraceFrame frame) {
        String className = frame.className();
        return Texts.beginsWithAny(className, PACKAGES)
                || isAccessor(frame.method())
                || (className.indexOf('$') >= 0 && (isMarked(className) || GeneratedNames.isProxy(className)));
    }

    private static boolean isMarked(String className) {
        for (String mark : MARKS) {
            if (className.contains(mark)) {
                return true;
            }
        }
        return false;
    }

    /** Of private members, for classes within the class: javac's until JDK 11, and Kotlin's. */
    private static boolean isAccessor(String method) {
        return method.startsWith("access$");
    }
}
