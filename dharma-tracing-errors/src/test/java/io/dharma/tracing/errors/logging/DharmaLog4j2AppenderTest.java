package io.dharma.tracing.errors.logging;

import static io.dharma.tracing.errors.logging.RecordingCapture.logged;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.Severity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DharmaLog4j2AppenderTest {

    private final RecordingCapture capture = new RecordingCapture();
    private final LoggerContext context = new LoggerContext("test");
    private final IllegalStateException thrown = new IllegalStateException("boom");

    @BeforeEach
    void start() {
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void error_isCapturedWithItsFormattedMessage() {
        Logger logger = loggerOf(DharmaLog4j2Appender.newBuilder().setName("errors"));

        logger.error("order {} failed", 7, thrown);
        logger.fatal("all is lost", thrown);
        logger.error("no throwable");
        logger.warn("not bad enough", thrown);

        assertThat(capture.all())
                .containsExactly(
                        logged(thrown, Severity.ERROR, "com.acme.Shop", "order 7 failed"),
                        logged(thrown, Severity.FATAL, "com.acme.Shop", "all is lost"));
    }

    @Test
    void threshold_isTheLowestLevelThatIsCaptured() {
        Logger logger =
                loggerOf(DharmaLog4j2Appender.newBuilder().setName("errors").setThreshold(Level.INFO));

        logger.warn("w", thrown);
        logger.log(Level.forName("NOTICE", 350), "n", thrown);
        logger.debug("d", thrown);

        assertThat(capture.all())
                .containsExactly(
                        logged(thrown, Severity.WARN, "com.acme.Shop", "w"),
                        logged(thrown, Severity.INFO, "com.acme.Shop", "n"));
    }

    @Test
    void log4j2Xml_configuresOneByItsNameWithoutPackagesToScan() throws IOException {
        configure("<DharmaErrors name=\"errors\" threshold=\"WARN\" />");
        LogCaptureCounts before = LogCaptureCounts.ofProcess();
        Logger logger = context.getLogger("com.acme.Shop");

        logger.warn("before init", thrown);
        try (InstalledTracker tracker = new InstalledTracker()) {
            logger.warn("after init", thrown);
            logger.info("not bad enough", thrown);
            assertThat(tracker.stats().captured()).isEqualTo(1);
        }

        assertThat(LogCaptureCounts.ofProcess())
                .isEqualTo(new LogCaptureCounts(
                        before.captured() + 1,
                        before.withoutTracker() + 1,
                        before.withoutThrowable(),
                        before.failed()));
    }

    @Test
    void unknownThreshold_leavesTheDefault() throws IOException {
        configure("<DharmaErrors name=\"errors\" threshold=\"SEVERE\" />");
        LogCaptureCounts before = LogCaptureCounts.ofProcess();
        Logger logger = context.getLogger("com.acme.Shop");

        logger.error("e", thrown);
        logger.warn("w", thrown);

        assertThat(LogCaptureCounts.ofProcess().withoutTracker()).isEqualTo(before.withoutTracker() + 1);
    }

    private Logger loggerOf(DharmaLog4j2Appender.Builder builder) {
        Appender appender = builder.setCapture(capture).build();
        appender.start();
        Logger logger = context.getLogger("com.acme.Shop");
        logger.setAdditive(false);
        logger.setLevel(Level.ALL);
        logger.addAppender(appender);
        return logger;
    }

    private void configure(String appender) throws IOException {
        String xml = """
                <Configuration status="OFF">
                  <Appenders>
                    %s
                  </Appenders>
                  <Loggers>
                    <Root level="INFO">
                      <AppenderRef ref="errors" />
                    </Root>
                  </Loggers>
                </Configuration>
                """.formatted(appender);
        ConfigurationSource source =
                new ConfigurationSource(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        context.start(new XmlConfiguration(context, source));
    }
}
