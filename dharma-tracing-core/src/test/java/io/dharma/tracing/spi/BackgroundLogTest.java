package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.dharma.tracing.testsupport.LeakCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

@ExtendWith(LeakCheck.class)
@Timeout(30)
class BackgroundLogTest {

    private final BackgroundLog log = BackgroundLog.of(BackgroundLogTest.class);

    @Test
    void lines_areWrittenInTheirOrderWithTheirArguments() {
        try (LogCapture written = LogCapture.of(BackgroundLogTest.class)) {
            log.warn("{} of {}", 1, "three");
            log.info("{} of {}", 2, "three");
            log.warn("failed", new IllegalStateException("three"));

            assertThat(written.messages()).containsExactly("1 of three", "2 of three", "failed");
            assertThat(written.events().get(2).getThrowableProxy().getMessage()).isEqualTo("three");
        }
    }

    @Test
    void logThatHangs_keepsNobodyWaitingAndABoundedNumberOfLines() throws InterruptedException {
        HangingLog hanging = HangingLog.of(BackgroundLogTest.class);
        try (hanging) {
            for (int i = 0; i < 10_000; i++) {
                log.warn("line {}", i);
            }
            assertThat(BackgroundLog.await(Duration.ofMillis(50))).isFalse();
            assertThat(hanging.written()).isEmpty();
        }

        assertThat(hanging.written()).hasSizeBetween(256, 257).startsWith("line 0", "line 1");
    }

    /** A filter of the application's is asked before a line is written, and is code like any other. */
    @Test
    void logThatThrows_concernsNobody() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        TurboFilter hostile = new HostileFilter();
        context.addTurboFilter(hostile);
        try {
            log.debug("unheard");
            log.warn("unheard");
            List<String> ran = new ArrayList<>();
            ClosingSteps.runAll(
                    () -> {
                        throw new IllegalStateException("a step");
                    },
                    () -> ran.add("the next"));
            assertThat(ran).containsExactly("the next");
        } finally {
            context.getTurboFilterList().remove(hostile);
        }
    }

    private static final class HostileFilter extends TurboFilter {

        @Override
        public FilterReply decide(
                Marker marker, Logger logger, Level level, String format, Object[] arguments, Throwable thrown) {
            if (logger.getName().startsWith("io.dharma.tracing.spi")) {
                throw new IllegalStateException("a filter");
            }
            return FilterReply.NEUTRAL;
        }
    }
}
