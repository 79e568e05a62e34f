package io.dharma.tracing.errors.logging;

import static io.dharma.tracing.errors.logging.RecordingCapture.logged;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.testsupport.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DharmaJulHandlerTest {

    private final RecordingCapture capture = new RecordingCapture();
    private final Logger logger = Logger.getLogger("com.acme.Shop");
    private final DharmaJulHandler handler = new DharmaJulHandler(capture);
    private final IllegalStateException thrown = new IllegalStateException("boom");

    DharmaJulHandlerTest() {
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    @AfterEach
    void remove() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    @Test
    void severe_isCapturedWithItsFormattedMessage() {
        LogRecord record = new LogRecord(Level.SEVERE, "order {0} failed");
        record.setParameters(new Object[] {7});
        record.setThrown(thrown);
        record.setLoggerName("com.acme.Shop");

        logger.log(record);
        logger.log(Level.WARNING, "not bad enough", thrown);
        logger.log(Level.SEVERE, "no throwable");

        assertThat(capture.all()).containsExactly(logged(thrown, Severity.ERROR, "com.acme.Shop", "order 7 failed"));
    }

    @Test
    void level_isTheLowestThatIsCaptured() {
        handler.setLevel(Level.CONFIG);
        logger.setLevel(Level.ALL);
        try {
            logger.log(Level.WARNING, "w", thrown);
            logger.log(Level.CONFIG, "c", thrown);
            logger.log(Level.FINE, "f", thrown);
        } finally {
            logger.setLevel(null);
        }

        assertThat(capture.all())
                .containsExactly(
                        logged(thrown, Severity.WARN, "com.acme.Shop", "w"),
                        logged(thrown, Severity.INFO, "com.acme.Shop", "c"));
    }

    @Test
    void failingFilter_isContained() {
        handler.setFilter(record -> {
            throw new IllegalStateException("filter");
        });
        LogCaptureCounts before = LogCaptureCounts.ofProcess();

        logger.log(Level.SEVERE, "x", thrown);

        assertThat(LogCaptureCounts.ofProcess().failed()).isEqualTo(before.failed() + 1);
    }

    @Test
    void closed_capturesNoMore() {
        handler.close();

        logger.log(Level.SEVERE, "x", thrown);

        assertThat(capture.all()).isEmpty();
    }

    @Test
    void loggingProperties_configureOne(@TempDir Path directory) throws IOException, InterruptedException {
        assertThat(runConfigured(directory, "WARNING")).contains("withoutTracker=2,");
        assertThat(runConfigured(directory, "SEVERE")).contains("withoutTracker=1,");
        assertThat(runConfigured(directory, "BAD"))
                .contains("withoutTracker=1,", "level must be a name such as SEVERE", "\"BAD\"");
    }

    /** Without the other two loggers, which must harm nobody. */
    private static String runConfigured(Path directory, String level) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("logging.properties"), """
                handlers = io.dharma.tracing.errors.logging.DharmaJulHandler
                io.dharma.tracing.errors.logging.DharmaJulHandler.level = %s
                """.formatted(level));
        return new ChildJvm()
                .option("-Djava.util.logging.config.file=" + file)
                .without("logback-classic")
                .without("logback-core")
                .without("log4j-core")
                .without("log4j-api")
                .run(JulProgram.class);
    }
}
