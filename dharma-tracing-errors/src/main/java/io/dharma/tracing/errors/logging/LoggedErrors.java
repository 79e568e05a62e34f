package io.dharma.tracing.errors.logging;

import io.dharma.tracing.errors.CaptureDetails;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.ErrorTrackers;
import io.dharma.tracing.errors.Severity;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all three appenders do with an event: find out whether it is to be captured, and hand it over. Any thread; never
 * throws, and counts what it does ({@link LogCaptureCounts}).
 */
final class LoggedErrors {

    private static final String OUR_LOGGERS = "io.dharma.tracing";
    private static final String LOGGERS_OF_EXAMPLES = "io.dharma.tracing.examples.";
    private static final String OUR_THREADS = "dharma-";

    /** As much as an error's own message may have. */
    private static final int MAX_MESSAGE = 8 * 1024;

    private static final AtomicLong CAPTURED = new AtomicLong();
    private static final AtomicLong WITHOUT_TRACKER = new AtomicLong();
    private static final AtomicLong WITHOUT_THROWABLE = new AtomicLong();
    private static final AtomicLong FAILED = new AtomicLong();

    /** Set while a thread is in here: what it logs meanwhile, from an argument's {@code toString()} say, is not for us. */
    private static final ThreadLocal<Boolean> BUSY = new ThreadLocal<>();

    private volatile @Nullable BiConsumer<Throwable, CaptureDetails> own;

    /** Instead of the tracker of the process. */
    void setTracker(ErrorTracker tracker) {
        Objects.requireNonNull(tracker, "tracker");
        setCapture(tracker::capture);
    }

    void setCapture(BiConsumer<Throwable, CaptureDetails> capture) {
        own = capture;
    }

    /** @param message asked only if the event is captured, on this thread */
    void offer(Throwable throwable, Severity severity, @Nullable String logger, Supplier<@Nullable String> message) {
        try {
            if (BUSY.get() == null && !isOurs(logger)) {
                offerOnce(throwable, severity, logger, message);
            }
        } catch (Throwable contained) {
            countFailure();
        }
    }

    private void offerOnce(
            Throwable throwable, Severity severity, @Nullable String logger, Supplier<@Nullable String> message) {
        BUSY.set(true);
        try {
            handOver(throwable, severity, logger, message);
        } finally {
            BUSY.remove();
        }
    }

    /** Something was thrown that whoever logs must not see. */
    static void countFailure() {
        long unused = FAILED.incrementAndGet();
    }

    /** For an event whose throwable is in another process. */
    void skipWithoutThrowable(@Nullable String logger) {
        if (!isOurs(logger)) {
            long unused = WITHOUT_THROWABLE.incrementAndGet();
        }
    }

    static LogCaptureCounts counts() {
        return new LogCaptureCounts(CAPTURED.get(), WITHOUT_TRACKER.get(), WITHOUT_THROWABLE.get(), FAILED.get());
    }

    private void handOver(
            Throwable throwable, Severity severity, @Nullable String logger, Supplier<@Nullable String> message) {
        BiConsumer<Throwable, CaptureDetails> capture = capture();
        if (capture == null) {
            long unused = WITHOUT_TRACKER.incrementAndGet();
            return;
        }
        capture.accept(throwable, CaptureDetails.logged(severity, logger, textOf(message)));
        long unused = CAPTURED.incrementAndGet();
    }

    private @Nullable BiConsumer<Throwable, CaptureDetails> capture() {
        BiConsumer<Throwable, CaptureDetails> mine = own;
        if (mine != null) {
            return mine;
        }
        ErrorTracker current = ErrorTrackers.current().orElse(null);
        return current == null ? null : current::capture;
    }

    /** The throwable counts, also where an argument of the message cannot be printed. */
    private static @Nullable String textOf(Supplier<@Nullable String> message) {
        try {
            String text = message.get();
            return text == null ? null : atMost(text);
        } catch (Throwable hostile) {
            countFailure();
            return null;
        }
    }

    /** Not between the two halves of a character. */
    private static String atMost(String text) {
        if (text.length() <= MAX_MESSAGE) {
            return text;
        }
        return text.substring(
                0, Character.isHighSurrogate(text.charAt(MAX_MESSAGE - 1)) ? MAX_MESSAGE - 1 : MAX_MESSAGE);
    }

    /** By the thread too, because what our clients of backends log of them must not be sent to them. */
    private static boolean isOurs(@Nullable String logger) {
        return Thread.currentThread().getName().startsWith(OUR_THREADS) || (logger != null && isOurLogger(logger));
    }

    private static boolean isOurLogger(String logger) {
        return logger.startsWith(OUR_LOGGERS)
                && (logger.length() == OUR_LOGGERS.length() || logger.charAt(OUR_LOGGERS.length()) == '.')
                && !logger.startsWith(LOGGERS_OF_EXAMPLES);
    }
}
