package io.dharma.tracing.errors.fingerprint;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What was thrown: a throwable and its causes, bounded, and without references to the throwables. Immutable; any thread.
 *
 * @param causes the throwable, what caused it, what caused that, and so on; at least one, and at most
 *     {@value #MAX_CAUSES} are kept
 */
public record StackTraceModel(List<ThrownError> causes) {

    static final int MAX_CAUSES = 64;

    /**
     * Keeps the first ones.
     *
     * @throws IllegalArgumentException if there is none
     */
    public StackTraceModel {
        if (causes.isEmpty()) {
            throw new IllegalArgumentException("causes must have the throwable itself, but is empty");
        }
        causes = List.copyOf(causes.subList(0, Math.min(causes.size(), MAX_CAUSES)));
    }

    /**
     * Reads a throwable. Never throws, whatever the throwable does; but it calls methods that the application may have
     * overridden, which may take any time, and the first call of {@code getStackTrace()} alone takes 7 to 45 us. So this
     * is not for a thread that serves a request.
     *
     * <p>At most 64 throwables are read, suppressed ones among them, and none twice.
     */
    public static StackTraceModel of(Throwable throwable) {
        return new ThrowableReader().read(throwable);
    }

    /**
     * Reads a printed stack trace: the form of {@link Throwable#printStackTrace()}, and of loggers that add the jar to a
     * frame, leave out common frames, or begin with the root cause ({@code Wrapped by:}). Lines that belong to no trace,
     * such as those of a log, are passed over. Never throws; takes time in proportion to the text's length.
     *
     * <p>What was written into a message cannot be told from what was written around it: a message that has the form of a
     * frame is taken for one.
     *
     * @param text any text; where there is no trace in it, the type is {@code java.lang.Throwable} and the text the message
     */
    public static StackTraceModel parse(String text) {
        return new StackTraceParser().parse(text);
    }

    /**
     * The same with other messages, those of what was suppressed among them: without what must not leave the process. A
     * fingerprint of the result does not show what was taken out, not even in its explanation.
     *
     * @param change called once for each message that there is
     */
    public StackTraceModel withMessages(UnaryOperator<String> change) {
        return new StackTraceModel(
                causes.stream().map(error -> error.withMessages(change)).toList());
    }

    /** The throwable itself, which the others caused. */
    public ThrownError outermost() {
        return causes.get(0);
    }
}
