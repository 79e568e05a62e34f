package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.errors.Category;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.errors.Severity;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorAlertsSettingsTest {

    static Stream<Arguments> wrongValues() {
        return Stream.of(
                wrong("cooldown is PT0S", builder -> builder.cooldown(Duration.ZERO)),
                wrong("cooldown is PT-1H", builder -> builder.cooldown(Duration.ofHours(-1))),
                wrong("cooldown is PT8784H", builder -> builder.cooldown(Duration.ofDays(366))),
                wrong("perMinute is 0", builder -> builder.perMinute(0)),
                wrong("perMinute is 1001", builder -> builder.perMinute(1_001)));
    }

    private static Arguments wrong(String message, Consumer<ErrorAlerts.Builder> call) {
        return Arguments.of(message, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongValues")
    void wrongValue_isNamedWithWhatIsAllowed(String message, Consumer<ErrorAlerts.Builder> call) {
        assertThatThrownBy(() -> call.accept(ErrorAlerts.builder(SampleErrors.CHECKOUT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("allowed is");
    }

    @Test
    void sinksOfTheSameName_areRefused() {
        assertThatThrownBy(() -> ErrorAlerts.builder(SampleErrors.CHECKOUT)
                        .sink(LogAlertSink.create())
                        .sink(LogAlertSink.create())
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two sinks of alerts are named log");
    }

    @Test
    void text_showsAll() {
        try (ErrorAlerts alerts = ErrorAlerts.builder(SampleErrors.CHECKOUT)
                .minimumSeverity(Severity.WARN)
                .silence(Category.CANCELLATION)
                .listener(alert -> {})
                .listener(alert -> {})
                .build()) {
            assertThat(alerts.toString())
                    .startsWith(
                            "ErrorAlerts[minimumSeverity=WARN, silenced=[CANCELLATION], cooldown=PT1H, perMinute=10,"
                                    + " fleet=none, sinks=[listener, listener-2], spikes=SpikeSettings[step=PT1M");
        }
    }
}
