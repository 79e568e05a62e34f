package io.dharma.tracing.errors.logging;

import static io.dharma.tracing.errors.logging.RecordingCapture.logged;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoggedErrorsTest {

    private final RecordingCapture capture = new RecordingCapture();
    private final LoggedErrors errors = new LoggedErrors();
    private final IllegalStateException thrown = new IllegalStateException();
    private final LogCaptureCounts before = LogCaptureCounts.ofProcess();

    LoggedErrorsTest() {
        errors.setCapture(capture);
    }

    @ParameterizedTest
    @CsvSource({
        "com.acme.Shop, true",
        "io.dharma.tracingfoo.Shop, true",
        "io.dharma.tracing.examples.quickstart.Orders, true",
        "io.dharma.tracing, false",
        "io.dharma.tracing.errors.ErrorTracker, false"
    })
    void logger_isCapturedUnlessItIsOurs(String logger, boolean captured) {
        errors.offer(thrown, Severity.ERROR, logger, () -> "x");

        assertThat(capture.all()).hasSize(captured ? 1 : 0);
    }

    @Test
    void threadOfOurs_isNotCaptured() throws InterruptedException {
        Thread worker =
                new Thread(() -> errors.offer(thrown, Severity.ERROR, "org.apache.kafka", () -> "x"), "dharma-errors");
        worker.start();
        worker.join();

        assertThat(capture.all()).isEmpty();
    }

    @Test
    void whatIsLoggedWhileAMessageIsMade_isNotCaptured() {
        errors.offer(thrown, Severity.ERROR, "com.acme.Shop", () -> {
            errors.offer(new Exception(), Severity.ERROR, "com.acme.Shop", () -> "inner");
            return "outer";
        });
        errors.offer(thrown, Severity.WARN, "com.acme.Shop", () -> "next");

        assertThat(capture.all())
                .containsExactly(
                        logged(thrown, Severity.ERROR, "com.acme.Shop", "outer"),
                        logged(thrown, Severity.WARN, "com.acme.Shop", "next"));
    }

    @Test
    void failingMessage_costsTheMessageAlone() {
        errors.offer(thrown, Severity.ERROR, "com.acme.Shop", () -> {
            throw new StackOverflowError();
        });

        assertThat(capture.all()).containsExactly(logged(thrown, Severity.ERROR, "com.acme.Shop", null));
        assertThat(LogCaptureCounts.ofProcess().failed()).isEqualTo(before.failed() + 1);
    }

    @Test
    void failingCapture_isContainedAndCounted() {
        errors.setCapture((throwable, details) -> {
            throw new OutOfMemoryError("not really");
        });

        errors.offer(thrown, Severity.ERROR, "com.acme.Shop", () -> "x");

        assertThat(LogCaptureCounts.ofProcess())
                .isEqualTo(new LogCaptureCounts(
                        before.captured(), before.withoutTracker(), before.withoutThrowable(), before.failed() + 1));
    }

    @Test
    void longMessage_isCutBetweenCharacters() {
        errors.offer(thrown, Severity.ERROR, "com.acme.Shop", () -> "x" + "\ud83d\ude00".repeat(100_000));

        assertThat(capture.all())
                .singleElement()
                .satisfies(
                        captured -> assertThat(captured.details().logMessage()).hasSize(8191));
    }

    @Test
    void withoutTracker_eventsAreCountedAndThenCapturedByTheOneThatIsInstalled() {
        LoggedErrors waiting = new LoggedErrors();

        waiting.offer(thrown, Severity.ERROR, "com.acme.Shop", () -> "early");
        assertThat(LogCaptureCounts.ofProcess().withoutTracker()).isEqualTo(before.withoutTracker() + 1);

        try (InstalledTracker tracker = new InstalledTracker()) {
            waiting.offer(thrown, Severity.ERROR, "com.acme.Shop", () -> "in time");
            assertThat(tracker.stats().captured()).isEqualTo(1);
        }
        waiting.offer(thrown, Severity.ERROR, "com.acme.Shop", () -> "late");

        assertThat(LogCaptureCounts.ofProcess())
                .isEqualTo(new LogCaptureCounts(
                        before.captured() + 1,
                        before.withoutTracker() + 2,
                        before.withoutThrowable(),
                        before.failed()));
    }

    @Test
    void whatWasCapturedBefore_isOneErrorWhenItIsLogged() {
        try (InstalledTracker tracker = new InstalledTracker()) {
            tracker.capture(thrown);
            new LoggedErrors().offer(thrown, Severity.ERROR, "com.acme.Shop", () -> "again");

            assertThat(tracker.stats().captured()).isEqualTo(1);
            assertThat(tracker.stats().repeated()).isEqualTo(1);
        }
    }
}
