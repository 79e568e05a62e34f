package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackTraceModelTest {

    private static final TraceFrame FRAME = new TraceFrame("com.acme.Shop", "open", "Shop.java", 12);

    @Test
    void messages_areAllChanged() {
        RuntimeException thrown = new RuntimeException("password=secret", new IOException());
        thrown.addSuppressed(new IOException("token=secret"));

        StackTraceModel model =
                StackTraceModel.of(thrown).withMessages(message -> message.replace("secret", "[redacted]"));

        assertThat(model.causes()).extracting(ThrownError::message).containsExactly("password=[redacted]", null);
        assertThat(model.outermost().suppressed().get(0).outermost().message()).isEqualTo("token=[redacted]");
        assertThat(model.outermost().frames())
                .isEqualTo(StackTraceModel.of(thrown).outermost().frames());
    }

    @Test
    void model_isOfSomething() {
        assertThatThrownBy(() -> new StackTraceModel(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("causes must have the throwable itself, but is empty");
    }

    @Test
    void model_isBounded() {
        StackTraceModel small = new StackTraceModel(List.of(new ThrownError("a.E", null, List.of(FRAME))));
        ThrownError large = new ThrownError(
                "E".repeat(5_000),
                "m".repeat(50_000),
                Collections.nCopies(5_000, FRAME),
                Collections.nCopies(100, small));

        assertThat(new StackTraceModel(Collections.nCopies(100, large)).causes())
                .hasSize(64);
        assertThat(large.type()).hasSize(1024);
        assertThat(large.message()).hasSize(8192);
        assertThat(large.frames()).hasSize(256);
        assertThat(large.suppressed()).hasSize(64);
    }

    @Test
    void text_isOneLine() {
        assertThat(new ThrownError("a.E", "two\nlines", List.of())).hasToString("a.E: two\\nlines");
        assertThat(FRAME).hasToString("com.acme.Shop.open(Shop.java:12)");
        assertThat(new TraceFrame("com.acme.Shop", "open", "Shop.java", 0))
                .hasToString("com.acme.Shop.open(Shop.java)");
        assertThat(new TraceFrame("com.acme.Shop", "open", null, -2)).hasToString("com.acme.Shop.open(Unknown Source)");
    }
}
