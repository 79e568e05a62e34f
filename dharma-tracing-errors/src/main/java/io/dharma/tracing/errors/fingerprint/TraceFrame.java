package io.dharma.tracing.errors.fingerprint;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One frame of a stack trace, as it was printed or thrown. Immutable; any thread.
 *
 * @param className the binary name of the class, such as {@code com.acme.Orders$Line}; cut after {@value #MAX_NAME}
 *     characters
 * @param method its method, such as {@code place} or {@code <init>}; cut likewise
 * @param file the source file; null where it is not known; cut likewise
 * @param line the line in it; 0 where it is not known
 */
public record TraceFrame(
        String className, String method, @Nullable String file, int line) {

    static final int MAX_NAME = 1024;

    public TraceFrame {
        className = Texts.atMost(className, MAX_NAME);
        method = Texts.atMost(method, MAX_NAME);
        file = file == null ? null : Texts.atMost(file, MAX_NAME);
        line = Math.max(0, line);
    }

    /** A frame of a live throwable. Class and method are never null there, but what was deserialized may have any. */
    static TraceFrame of(StackTraceElement element) {
        return new TraceFrame(
                Texts.orEmpty(element.getClassName()),
                Texts.orEmpty(element.getMethodName()),
                element.getFileName(),
                element.getLineNumber());
    }

    /** As Java prints it, without {@code at}. */
    @Override
    public String toString() {
        String place = file == null ? "Unknown Source" : line == 0 ? file : file + ":" + line;
        return className + "." + method + "(" + place + ")";
    }

    /** By hand: what the JDK makes for records keeps the class loader from being collected (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof TraceFrame other
                && line == other.line
                && className.equals(other.className)
                && method.equals(other.method)
                && Objects.equals(file, other.file);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * className.hashCode() + method.hashCode()) + line;
    }
}
