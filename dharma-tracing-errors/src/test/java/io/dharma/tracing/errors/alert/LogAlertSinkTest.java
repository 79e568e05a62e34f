package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.spi.BackgroundLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogAlertSinkTest {

    private final Logger logger = (Logger) LoggerFactory.getLogger(LogAlertSink.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
    }

    private ILoggingEvent logged(Alert alert) throws InterruptedException {
        log.list.clear();
        assertThat(LogAlertSink.create().deliver(List.of(alert))).isCompleted();
        assertThat(BackgroundLog.await(Duration.ofSeconds(10))).isTrue();
        assertThat(log.list).hasSize(1);
        return log.list.get(0);
    }

    @Test
    void alert_isOneLine() throws InterruptedException {
        Alert spike = SampleAlerts.spike();

        ILoggingEvent event = logged(spike);

        assertThat(event.getLevel()).isEqualTo(Level.WARN);
        assertThat(event.getFormattedMessage())
                .isEqualTo("PAGE: 412 errors within 5 minutes in checkout, usual are 3.1: OrderException: no stock"
                        + " [spike, operation=place-order, group=v1-a, alert=" + spike.id() + "]");
    }

    @Test
    void hostileText_isEscaped() throws InterruptedException {
        Alert alert = new Alert(
                "1",
                AlertKind.SPIKE,
                AlertLevel.WARN,
                null,
                SampleErrors.CHECKOUT,
                "a\r\nWARN: forged {} \u202e",
                7,
                1,
                5,
                SampleErrors.NOON,
                "b\n\u001b[2J");

        assertThat(logged(alert).getFormattedMessage())
                .isEqualTo("WARN: b\\n\\u001b[2J [spike, operation=a\\r\\nWARN: forged {} \\u202e, alert=1]");
    }
}
