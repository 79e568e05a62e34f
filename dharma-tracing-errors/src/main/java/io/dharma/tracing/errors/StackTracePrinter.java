package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Prints a trace as {@link Throwable#printStackTrace()} does, frames that a cause shares with what it caused left out; but
 * no more than {@value #MAX_CHARACTERS} characters of it. One thread at a time.
 */
final class StackTracePrinter {

    static final int MAX_CHARACTERS = 64 * 1024;

    private static final String CUT = "\n\t... cut";

    private final StringBuilder out = new StringBuilder();

    private StackTracePrinter() {}

    static String print(StackTraceModel trace) {
        StackTracePrinter printer = new StackTracePrinter();
        printer.print(trace, "", "", null);
        return printer.text();
    }

    private String text() {
        if (out.length() > MAX_CHARACTERS) {
            out.setLength(MAX_CHARACTERS - CUT.length());
            out.append(CUT);
        }
        return out.toString();
    }

    private boolean isFull() {
        return out.length() > MAX_CHARACTERS;
    }

    private void print(StackTraceModel trace, String indent, String introduction, @Nullable ThrownError around) {
        ThrownError enclosing = around;
        String before = introduction;
        for (ThrownError error : trace.causes()) {
            if (isFull()) {
                return;
            }
            print(error, indent, before, enclosing);
            enclosing = error;
            before = "Caused by: ";
        }
    }

    private void print(ThrownError error, String indent, String introduction, @Nullable ThrownError enclosing) {
        if (!out.isEmpty()) {
            out.append('\n');
        }
        out.append(indent).append(introduction).append(error.type());
        if (error.message() != null) {
            out.append(": ").append(error.message());
        }
        List<TraceFrame> frames = error.frames();
        int shared = enclosing == null ? 0 : shared(frames, enclosing.frames());
        for (TraceFrame frame : frames.subList(0, frames.size() - shared)) {
            if (isFull()) {
                return;
            }
            out.append('\n').append(indent).append("\tat ").append(frame);
        }
        if (shared > 0) {
            out.append('\n').append(indent).append("\t... ").append(shared).append(" more");
        }
        for (StackTraceModel suppressed : error.suppressed()) {
            print(suppressed, indent + "\t", "Suppressed: ", error);
        }
    }

    private static int shared(List<TraceFrame> frames, List<TraceFrame> enclosing) {
        int shared = 0;
        while (shared < Math.min(frames.size(), enclosing.size())
                && isSame(frames.get(frames.size() - 1 - shared), enclosing.get(enclosing.size() - 1 - shared))) {
            shared++;
        }
        return shared;
    }

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    private static boolean isSame(TraceFrame frame, TraceFrame other) {
        return frame.line() == other.line()
                && frame.method().equals(other.method())
                && frame.className().equals(other.className())
                && Objects.equals(frame.file(), other.file());
    }
}
