package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.LeakCheck;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

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
}
