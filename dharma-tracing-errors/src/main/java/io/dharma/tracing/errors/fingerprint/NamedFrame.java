package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frame with its names as the source has them.
 *
 * @param frame as it was thrown
 * @param inApp whether it is the application's
 */
record NamedFrame(TraceFrame frame, String className, String method, boolean inApp) {

    /** All that are no plumbing. */
    static List<NamedFrame> of(List<TraceFrame> frames, InApp inApp) {
        List<NamedFrame> named = new ArrayList<>(frames.size());
        for (TraceFrame frame : frames) {
            if (!Plumbing.isPlumbing(frame)) {
                String className = GeneratedNames.className(frame.className());
                named.add(new NamedFrame(
                        frame, className, GeneratedNames.method(frame.method()), inApp.includes(className)));
            }
        }
        return named;
    }

    /** Class and method. */
    String key() {
        return className + "." + method;
    }

    boolean isRaiser() {
        return Raisers.isRaiser(className, method);
    }

    /** By hand: what the JDK makes for records keeps the class loader from being collected (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof NamedFrame other
                && frame.equals(other.frame)
                && className.equals(other.className)
                && method.equals(other.method)
                && inApp == other.inApp;
    }

    @Override
    public int hashCode() {
        return 31 * frame.hashCode() + method.hashCode();
    }
}
