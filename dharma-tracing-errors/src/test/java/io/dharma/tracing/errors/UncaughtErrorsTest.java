package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ChildJvm;
import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UncaughtErrorsTest {

    private record Captured(Throwable throwable, CaptureDetails details) {}

    private final List<Captured> captured = new CopyOnWriteArrayList<>();
    private final List<Throwable> previouslyHandled = new CopyOnWriteArrayList<>();
    private final UncaughtExceptionHandler previous = this::handledBefore;
    private @Nullable UncaughtExceptionHandler ofTheTests;

    @BeforeEach
    void setPrevious() {
        ofTheTests = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler(previous);
    }

    @AfterEach
    void restore() {
        Thread.setDefaultUncaughtExceptionHandler(ofTheTests);
    }

    @Test
    void uncaught_isCapturedAndHandledAsBefore() throws InterruptedException {
        IllegalStateException thrown = new IllegalStateException();
        try (UncaughtErrors errors = UncaughtErrors.install(this::capture)) {
            die("worker", thrown);
        }

        assertThat(captured).containsExactly(new Captured(thrown, CaptureDetails.uncaught()));
        assertThat(previouslyHandled).containsExactly(thrown);
    }

    @Test
    void failingCapture_keepsNothingFromThePreviousHandler() throws InterruptedException {
        IllegalStateException thrown = new IllegalStateException();
        BiConsumer<Throwable, CaptureDetails> failing = (throwable, details) -> {
            throw new OutOfMemoryError("not really");
        };
        try (UncaughtErrors errors = UncaughtErrors.install(failing)) {
            die("worker", thrown);
        }

        assertThat(previouslyHandled).containsExactly(thrown);
    }

    @Test
    void threadsOfOurs_arePassedOnAlone() throws InterruptedException {
        IllegalStateException thrown = new IllegalStateException();
        try (UncaughtErrors errors = UncaughtErrors.install(this::capture)) {
            die("dharma-errors", thrown);
        }

        assertThat(captured).isEmpty();
        assertThat(previouslyHandled).containsExactly(thrown);
    }

    @Test
    void close_putsThePreviousHandlerBack() {
        UncaughtErrors errors = UncaughtErrors.install(this::capture);
        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isNotSameAs(previous);

        errors.close();
        errors.close();

        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(previous);
    }

    @Test
    void close_leavesALaterHandlerWhichStillReachesThePreviousOne() throws InterruptedException {
        UncaughtErrors errors = UncaughtErrors.install(this::capture);
        UncaughtExceptionHandler ours = Thread.getDefaultUncaughtExceptionHandler();
        UncaughtExceptionHandler later = (thread, throwable) -> ours.uncaughtException(thread, throwable);
        Thread.setDefaultUncaughtExceptionHandler(later);

        errors.close();
        IllegalStateException thrown = new IllegalStateException();
        die("worker", thrown);

        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(later);
        assertThat(captured).isEmpty();
        assertThat(previouslyHandled).containsExactly(thrown);
    }

    @Test
    void withoutPreviousHandler_theSameIsPrintedAsWithoutOurs() throws IOException, InterruptedException {
        String without = new ChildJvm().run(DyingProgram.class);
        String with = new ChildJvm().run(DyingProgram.class, "capture");

        assertThat(without).contains("Exception in thread \"worker\" java.lang.IllegalStateException: boom");
        assertThat(with).isEqualTo("captured java.lang.IllegalStateException: boom\n" + without);
    }

    private void capture(Throwable throwable, CaptureDetails details) {
        captured.add(new Captured(throwable, details));
    }

    private void handledBefore(Thread thread, Throwable throwable) {
        previouslyHandled.add(throwable);
    }

    private static void die(String name, RuntimeException thrown) throws InterruptedException {
        Thread thread = new Thread(
                () -> {
                    throw thrown;
                },
                name);
        thread.start();
        thread.join();
    }

    /** A thread of it dies; it goes on. */
    static final class DyingProgram {

        private DyingProgram() {}

        public static void main(String[] arguments) throws InterruptedException {
            if (arguments.length > 0) {
                UncaughtErrors unused =
                        UncaughtErrors.install((throwable, details) -> System.err.println("captured " + throwable));
            }
            Thread worker = new Thread(DyingProgram::fail, "worker");
            worker.start();
            worker.join();
        }

        private static void fail() {
            throw new IllegalStateException("boom", new IOException("disk"));
        }
    }
}
