package io.dharma.tracing.trace;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The text of a throwable, in the layout of {@link Throwable#printStackTrace()}, whatever the throwable does.
 *
 * <p>A throwable is somebody else's code: its methods may throw, return null or never the same; it may be its own
 * cause, nest thousands deep, or carry a message of many megabytes. So the walk is iterative with a set of what was
 * seen, every call into the throwable is contained, and frames, throwables, characters and time are bounded. Only the
 * exporting thread does this work.
 */
final class ThrowableText {

    static final int MAX_CHARACTERS = 64 * 1024;
    private static final int MAX_THROWABLES = 64;
    private static final int MAX_HEAD_FRAMES = 128;
    private static final int MAX_TAIL_FRAMES = 128;

    /**
     * Against throwables whose methods are slow; the other bounds keep ordinary ones within a few milliseconds. So much
     * longer, for it is the wall's time: a pause of the collector or a crowded machine must not cost a cause.
     */
    private static final long MAX_NANOS = 1_000_000_000;

    private static final int MAX_MESSAGE = 8 * 1024;

    private final StringBuilder text = new StringBuilder(2048);
    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Step> ahead = new ArrayDeque<>();
    private final long startedAt = System.nanoTime();

    private ThrowableText() {}

    /** One throwable still to be written, with how it is introduced and what its frames may share. */
    private record Step(Throwable throwable, String caption, String indent, List<StackTraceElement> enclosing) {}

    /** The message, at most {@code maxLength} characters; null when there is none. */
    static @Nullable String message(Throwable throwable, int maxLength) {
        String message = contained(throwable::getMessage, "(message not available)");
        return message == null ? null : message.substring(0, SpanAttributes.lengthWithin(message, maxLength));
    }

    /** The stack trace with causes and suppressed exceptions. */
    static String stackTrace(Throwable throwable) {
        return new ThrowableText().render(throwable);
    }

    private String render(Throwable outermost) {
        ahead.push(new Step(outermost, "", "", List.of()));
        while (!ahead.isEmpty()) {
            if (isExhausted()) {
                text.append("\t... (shortened)\n");
                break;
            }
            write(ahead.pop());
        }
        if (text.length() > MAX_CHARACTERS) {
            text.setLength(SpanAttributes.lengthWithin(text, MAX_CHARACTERS));
        }
        return text.toString();
    }

    private boolean isExhausted() {
        return text.length() >= MAX_CHARACTERS
                || seen.size() >= MAX_THROWABLES
                || System.nanoTime() - startedAt > MAX_NANOS;
    }

    private void write(Step step) {
        Throwable throwable = step.throwable;
        text.append(step.indent).append(step.caption);
        if (!seen.add(throwable)) {
            text.append("[CIRCULAR REFERENCE: ")
                    .append(throwable.getClass().getName())
                    .append("]\n");
            return;
        }
        writeHeader(throwable);
        List<StackTraceElement> frames = framesOf(throwable);
        writeFrames(frames, step);
        planRest(throwable, frames, step.indent);
    }

    /** As {@code toString()} has it, which is asked only once the message is known to be short: it copies it. */
    private void writeHeader(Throwable throwable) {
        String message = contained(throwable::getLocalizedMessage, "(message not available)");
        boolean isLong = message != null && message.length() > MAX_MESSAGE;
        String header = isLong ? null : contained(throwable::toString, null);
        if (header == null) {
            header = throwable.getClass().getName() + (message == null ? "" : ": " + bounded(message));
        }
        text.append(bounded(header)).append('\n');
    }

    private static String bounded(String header) {
        return header.substring(0, SpanAttributes.lengthWithin(header, MAX_MESSAGE));
    }

    private void writeFrames(List<StackTraceElement> frames, Step step) {
        int shared = sharedTail(frames, step.enclosing);
        int own = frames.size() - shared;
        int omitted = Math.max(0, own - MAX_HEAD_FRAMES - MAX_TAIL_FRAMES);
        for (int i = 0; i < own; i++) {
            if (omitted > 0 && i == MAX_HEAD_FRAMES) {
                text.append(step.indent).append("\t... ").append(omitted).append(" omitted\n");
                i += omitted;
            }
            text.append(step.indent).append("\tat ").append(frames.get(i)).append('\n');
        }
        if (shared > 0) {
            text.append(step.indent).append("\t... ").append(shared).append(" more\n");
        }
    }

    private static int sharedTail(List<StackTraceElement> frames, List<StackTraceElement> enclosing) {
        int shared = 0;
        int longest = Math.min(frames.size(), enclosing.size());
        while (shared < longest && fromEnd(frames, shared).equals(fromEnd(enclosing, shared))) {
            shared++;
        }
        return shared;
    }

    private static StackTraceElement fromEnd(List<StackTraceElement> frames, int distance) {
        return frames.get(frames.size() - 1 - distance);
    }

    /** The cause comes last, so it is pushed first. */
    private void planRest(Throwable throwable, List<StackTraceElement> frames, String indent) {
        Throwable cause = contained(throwable::getCause, null);
        if (cause != null) {
            ahead.push(new Step(cause, "Caused by: ", indent, frames));
        }
        // Overriding getSuppressed() is not possible: it is final, and never null.
        Throwable[] suppressed = throwable.getSuppressed();
        for (int i = Math.min(suppressed.length, MAX_THROWABLES) - 1; i >= 0; i--) {
            ahead.push(new Step(suppressed[i], "Suppressed: ", indent + "\t", frames));
        }
    }

    /** List.of refuses null, both for the array and for a frame in it: a hostile answer counts as none. */
    private static List<StackTraceElement> framesOf(Throwable throwable) {
        List<StackTraceElement> frames = contained(() -> List.of(throwable.getStackTrace()), List.of());
        return frames == null ? List.of() : frames;
    }

    /** Whatever is thrown, a stack overflow or an out of memory included, came from the throwable's own code. */
    private static <T> @Nullable T contained(Supplier<? extends @Nullable T> call, @Nullable T otherwise) {
        try {
            return call.get();
        } catch (Throwable hostile) {
            return otherwise;
        }
    }
}
