package io.dharma.tracing.errors.logging;

import static io.dharma.tracing.errors.logging.RecordingCapture.logged;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.LoggingEventVO;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import io.dharma.tracing.errors.Severity;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DharmaLogbackAppenderTest {

    private final RecordingCapture capture = new RecordingCapture();
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("com.acme.Shop");
    private final IllegalStateException thrown = new IllegalStateException("boom");

    @BeforeEach
    void giveItAnMdc() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void error_isCapturedWithItsFormattedMessage() {
        attach();

        logger.error("order {} failed", 7, thrown);
        logger.error("no throwable");
        logger.warn("not bad enough", thrown);

        assertThat(capture.all()).containsExactly(logged(thrown, Severity.ERROR, "com.acme.Shop", "order 7 failed"));
    }

    @Test
    void threshold_isTheLowestLevelThatIsCaptured() {
        logger.setLevel(Level.TRACE);
        attach().setThreshold("debug");

        logger.warn("w", thrown);
        logger.info("i", thrown);
        logger.debug("d", thrown);
        logger.trace("t", thrown);

        assertThat(capture.all())
                .containsExactly(
                        logged(thrown, Severity.WARN, "com.acme.Shop", "w"),
                        logged(thrown, Severity.INFO, "com.acme.Shop", "i"),
                        logged(thrown, Severity.INFO, "com.acme.Shop", "d"));
    }

    @Test
    void logbackXml_configuresOneThatFindsTheTracker() throws JoranException {
        configure("<threshold>WARN</threshold>");
        LogCaptureCounts before = LogCaptureCounts.ofProcess();

        logger.warn("before init", thrown);
        try (InstalledTracker tracker = new InstalledTracker()) {
            logger.warn("after init", thrown);
            logger.info("not bad enough", thrown);
            assertThat(tracker.stats().captured()).isEqualTo(1);
        }

        assertThat(context.getStatusManager().getCopyOfStatusList())
                .noneMatch(status -> status.getEffectiveLevel() >= Status.WARN);
        assertThat(LogCaptureCounts.ofProcess())
                .isEqualTo(new LogCaptureCounts(
                        before.captured() + 1,
                        before.withoutTracker() + 1,
                        before.withoutThrowable(),
                        before.failed()));
    }

    @Test
    void unknownThreshold_isReportedAsLogbackReportsErrors() throws JoranException {
        configure("<threshold>SEVERE</threshold>");

        assertThat(context.getStatusManager().getCopyOfStatusList())
                .filteredOn(status -> status.getEffectiveLevel() == Status.ERROR)
                .singleElement()
                .asString()
                .contains("threshold must be OFF, ERROR,", "\"SEVERE\"", "stays ERROR");
    }

    @Test
    void behindAnAsyncAppender_itCapturesAsWell() {
        AsyncAppender async = new AsyncAppender();
        async.setContext(context);
        async.addAppender(appender());
        async.start();
        logger.addAppender(async);

        logger.error("x", thrown);
        async.stop();

        assertThat(capture.all()).containsExactly(logged(thrown, Severity.ERROR, "com.acme.Shop", "x"));
    }

    @Test
    void eventOfAnotherProcess_isSkippedAndCounted() {
        LogCaptureCounts before = LogCaptureCounts.ofProcess();
        LoggingEvent event = new LoggingEvent("x", logger, Level.ERROR, "x", thrown, null);

        appender().doAppend(LoggingEventVO.build(event));

        assertThat(capture.all()).isEmpty();
        assertThat(LogCaptureCounts.ofProcess().withoutThrowable()).isEqualTo(before.withoutThrowable() + 1);
    }

    @Test
    void argumentThatLogsWhenPrinted_isCapturedOnce() {
        attach();
        Object chatty = new Object() {
            @Override
            public String toString() {
                logger.error("printing", new Exception());
                return "chatty";
            }
        };

        logger.error("{} failed", chatty, thrown);

        assertThat(capture.all()).containsExactly(logged(thrown, Severity.ERROR, "com.acme.Shop", "chatty failed"));
    }

    private DharmaLogbackAppender attach() {
        DharmaLogbackAppender appender = appender();
        logger.addAppender(appender);
        return appender;
    }

    private DharmaLogbackAppender appender() {
        DharmaLogbackAppender appender = new DharmaLogbackAppender(capture);
        appender.setContext(context);
        appender.setName("errors");
        appender.start();
        return appender;
    }

    private void configure(String settings) throws JoranException {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(
                new ByteArrayInputStream("""
                <configuration>
                  <appender name="errors" class="io.dharma.tracing.errors.logging.DharmaLogbackAppender">
                    %s
                  </appender>
                  <root level="INFO">
                    <appender-ref ref="errors" />
                  </root>
                </configuration>
                """.formatted(settings).getBytes(StandardCharsets.UTF_8)));
    }
}
