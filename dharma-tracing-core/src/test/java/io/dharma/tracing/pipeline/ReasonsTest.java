package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ReasonsTest {

    @Test
    void oneLine_cannotForgeAnotherLogLine() {
        assertThat(Reasons.oneLine("gone\r\nINFO all is well\u2028\u001b[31m"))
                .doesNotContainPattern("[\\p{Cntrl}\u2028]");
    }

    @Test
    void oneLine_isShort() {
        assertThat(Reasons.oneLine("x".repeat(100_000))).hasSize(203);
    }

    @Test
    void of_saysClassAndPlaceButNotTheMessage() {
        String reason = Reasons.of(new CompletionException(new IllegalStateException("https://user:secret@host")));

        assertThat(reason).contains("IllegalStateException", "ReasonsTest").doesNotContain("secret");
    }

    @Test
    void of_survivesAThrowableThatThrows() {
        assertThat(Reasons.of(new RuntimeException() {
                    @Override
                    public StackTraceElement[] getStackTrace() {
                        throw new IllegalStateException();
                    }
                }))
                .isEqualTo("unknown failure");
    }
}
