package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads printed stack traces line by line. What is suppressed is indented, and so are its own causes, which is how they
 * are told from those of what suppressed it.
 */
final class StackTraceParser {

    private static final String CAUSE = "Caused by: ";
    private static final String WRAPPER = "Wrapped by: ";
    private static final String SUPPRESSED = "Suppressed: ";
    private static final String SHARED = "... ";
    private static final String CIRCULAR = "[CIRCULAR REFERENCE";

    private static final int MAX_THROWABLES = 64;
    private static final int MAX_FRAMES_READ = 4096;
    private static final int MOST_DIGITS = 5;
    private static final String UNKNOWN_TYPE = "java.lang.Throwable";

    /** The chains that are open: that of the trace, and in it those of what is suppressed in what is suppressed ... */
    private final Deque<Chain> open = new ArrayDeque<>();

    private final Chain root = new Chain(-1, null);
    private int throwables;

    StackTraceModel parse(String text) {
        open.push(root);
        text.lines().takeWhile(this::isOfFirstTrace).forEach(this::read);
        if (root.errors.isEmpty()) {
            root.add(new ErrorHeader(UNKNOWN_TYPE, text.strip()), false);
        }
        return root.model();
    }

    /** In a log another one may follow. */
    private boolean isOfFirstTrace(String line) {
        if (!current().hasFrames() || line.isEmpty() || Character.isWhitespace(line.charAt(0))) {
            return true;
        }
        ErrorHeader header = isIntroduced(line) ? null : ErrorHeader.find(line);
        return header == null || !header.namesAnError();
    }

    private static boolean isIntroduced(String line) {
        return line.startsWith(CAUSE) || line.startsWith(WRAPPER) || line.startsWith(SUPPRESSED);
    }

    private void read(String line) {
        String content = line.strip();
        int indent = line.length() - line.stripLeading().length();
        TraceFrame frame = FrameLine.parse(content);
        if (frame != null) {
            current().addFrame(frame);
        } else if (content.startsWith(CAUSE)) {
            openAt(indent).addIfRoom(content.substring(CAUSE.length()), false);
        } else if (content.startsWith(WRAPPER)) {
            openAt(indent).addIfRoom(content.substring(WRAPPER.length()), true);
        } else if (content.startsWith(SUPPRESSED)) {
            suppress(indent, content.substring(SUPPRESSED.length()));
        } else if (!content.isEmpty() && !current().shares(content)) {
            current().addText(content);
        }
    }

    private Chain current() {
        return open.getFirst();
    }

    /** What is indented more than this is over. */
    private Chain openAt(int indent) {
        while (open.size() > 1 && current().indent > indent) {
            open.pop();
        }
        return current();
    }

    private void suppress(int indent, String header) {
        openAt(indent - 1);
        Chain suppressed = new Chain(indent, current().last());
        current().suppresses(suppressed);
        suppressed.addIfRoom(header, false);
        open.push(suppressed);
    }

    /** A throwable and its causes, while they are read. */
    private final class Chain {
        private final int indent;
        private final @Nullable PrintedError enclosing;
        private final List<PrintedError> errors = new ArrayList<>();
        private @Nullable PrintedError last;

        Chain(int indent, @Nullable PrintedError enclosing) {
            this.indent = indent;
            this.enclosing = enclosing;
        }

        @Nullable
        PrintedError last() {
            return last;
        }

        boolean hasFrames() {
            return last != null && (!last.frames.isEmpty() || last.shared > 0);
        }

        /** What there is no room for is read, so that its frames are nobody else's, and forgotten. */
        void addIfRoom(String header, boolean wraps) {
            if (header.startsWith(CIRCULAR)) {
                return;
            }
            if (throwables < MAX_THROWABLES) {
                add(ErrorHeader.require(header), wraps);
            } else {
                last = new PrintedError(ErrorHeader.require(header));
            }
        }

        void add(ErrorHeader header, boolean wraps) {
            throwables++;
            PrintedError error = new PrintedError(header);
            errors.add(wraps ? 0 : errors.size(), error);
            last = error;
        }

        void addFrame(TraceFrame frame) {
            if (last == null && this == root) {
                add(new ErrorHeader(UNKNOWN_TYPE, null), false);
            }
            if (last != null && last.frames.size() < MAX_FRAMES_READ) {
                last.frames.add(frame);
            }
        }

        /** {@code ... 12 more} or {@code ... 12 common frames omitted}; says whether it was that. */
        boolean shares(String line) {
            int end = line.indexOf(' ', SHARED.length());
            boolean counts = line.startsWith(SHARED)
                    && end - SHARED.length() <= MOST_DIGITS
                    && Texts.isDigits(line, SHARED.length(), end);
            if (!counts || last == null) {
                return false;
            }
            last.shared = Integer.parseInt(line, SHARED.length(), end, 10);
            return true;
        }

        /** Before the frames it belongs to the message, or a log came before the header. */
        void addText(String content) {
            if (hasFrames()) {
                return;
            }
            ErrorHeader header = last == null || errors.size() == 1 ? ErrorHeader.find(content) : null;
            if (last == null && header != null) {
                add(header, false);
            } else if (last != null && header != null && header.namesAnError() && !last.header.namesAnError()) {
                last.header = header;
                last.more.setLength(0);
            } else if (last != null && last.more.length() < ThrownError.MAX_MESSAGE) {
                last.more.append('\n').append(content);
            }
        }

        void suppresses(Chain suppressed) {
            if (last != null && last.suppressed.size() < ThrownError.MAX_SUPPRESSED) {
                last.suppressed.add(suppressed);
            }
        }

        StackTraceModel model() {
            List<ThrownError> causes = new ArrayList<>();
            PrintedError around = enclosing;
            for (PrintedError error : errors) {
                error.takeSharedFrom(around);
                causes.add(error.thrown());
                around = error;
            }
            return new StackTraceModel(causes);
        }
    }

    /** A throwable, while it is read. */
    private static final class PrintedError {
        private ErrorHeader header;
        private final StringBuilder more = new StringBuilder();
        private final List<TraceFrame> frames = new ArrayList<>();
        private final List<Chain> suppressed = new ArrayList<>();
        private int shared;

        PrintedError(ErrorHeader header) {
            this.header = header;
        }

        void takeSharedFrom(@Nullable PrintedError around) {
            if (around != null && shared <= around.frames.size()) {
                int room = MAX_FRAMES_READ - frames.size();
                int from = around.frames.size() - shared;
                frames.addAll(around.frames.subList(from, from + Math.min(room, shared)));
            }
        }

        ThrownError thrown() {
            List<StackTraceModel> models = new ArrayList<>();
            for (Chain chain : suppressed) {
                if (!chain.errors.isEmpty()) {
                    models.add(chain.model());
                }
            }
            return new ThrownError(header.type(), message(), frames, models);
        }

        private @Nullable String message() {
            return header.message() == null && more.isEmpty() ? null : Texts.orEmpty(header.message()) + more;
        }
    }
}
