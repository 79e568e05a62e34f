package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dharma.tracing.spi.BackgroundLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Collects what anybody logs from now on, whoever's class it is, at INFO and above. Any thread. */
final class LogLines implements AutoCloseable {

    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    LogLines() throws InterruptedException {
        awaitLog();
        appender.list = new CopyOnWriteArrayList<>();
        appender.start();
        root.addAppender(appender);
    }

    List<String> lines() throws InterruptedException {
        awaitLog();
        return appender.list.stream()
                .map(event -> event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage())
                .toList();
    }

    private static void awaitLog() throws InterruptedException {
        assertThat(BackgroundLog.await(Duration.ofSeconds(10))).isTrue();
    }

    @Override
    public void close() {
        root.detachAppender(appender);
    }
}
