package io.dharma.tracing.errors;

import java.lang.ref.WeakReference;
import java.util.Objects;
import java.util.Optional;

/**
 * The tracker of this process, for what has to find one by itself: an appender that the log's configuration creates long
 * before the service calls {@code DharmaTracing.init()}.
 *
 * <p>One tracker at a time; the last one that was installed counts. It is not held: one that nobody closes and nobody else
 * refers to is gone. Any thread; nothing here waits or throws.
 */
public final class ErrorTrackers {

    private static final WeakReference<ErrorTracker> NONE = new WeakReference<>(null);

    private static volatile WeakReference<ErrorTracker> current = NONE;

    private ErrorTrackers() {}

    /** From now on {@link #current()} is this one. */
    public static synchronized void install(ErrorTracker tracker) {
        current = new WeakReference<>(Objects.requireNonNull(tracker, "tracker"));
    }

    /** Ends what {@link #install} began; without effect if another one was installed since. */
    public static synchronized void uninstall(ErrorTracker tracker) {
        if (current.refersTo(tracker)) {
            current = NONE;
        }
    }

    /** The one that is installed; empty before the first and after the last. Costs a volatile read. */
    public static Optional<ErrorTracker> current() {
        return Optional.ofNullable(current.get());
    }
}
