package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SpikeSettingsTest {

    static Stream<Arguments> wrongValues() {
        return Stream.of(
                wrong("step is PT0S", builder -> builder.step(Duration.ZERO)),
                wrong("step is PT7M", builder -> builder.step(Duration.ofMinutes(7))),
                wrong("step is PT1M1S", builder -> builder.step(Duration.ofSeconds(61))),
                wrong("step is PT2H", builder -> builder.step(Duration.ofHours(2))),
                wrong("windowSteps is 0", builder -> builder.windowSteps(0)),
                wrong("windowSteps is 61", builder -> builder.windowSteps(61)),
                wrong("warnProbability is 0.0", builder -> builder.warnProbability(0)),
                wrong("warnProbability is 0.5", builder -> builder.warnProbability(0.5)),
                wrong("pageProbability is NaN", builder -> builder.pageProbability(Double.NaN)),
                wrong(
                        "pageProbability is 0.001",
                        builder -> builder.pageProbability(0.001).build()),
                wrong("warnFloor is 0", builder -> builder.warnFloor(0)),
                wrong("pageFloor is 0", builder -> builder.pageFloor(0)),
                wrong("pageFloor is 30", builder -> builder.warnFloor(31).build()),
                wrong("cooldown is PT-1S", builder -> builder.cooldown(Duration.ofSeconds(-1))),
                wrong("learning is PT8784H", builder -> builder.learning(Duration.ofDays(366))),
                wrong("halfLife is PT23H", builder -> builder.halfLife(Duration.ofHours(23))));
    }

    private static Arguments wrong(String message, Consumer<SpikeSettings.Builder> call) {
        return Arguments.of(message, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongValues")
    void wrongValue_isNamedWithWhatIsAllowed(String message, Consumer<SpikeSettings.Builder> call) {
        assertThatThrownBy(() -> call.accept(SpikeSettings.builder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("allowed is");
    }

    @Test
    void settings_doNotChangeWithTheirBuilder() {
        SpikeSettings.Builder builder = SpikeSettings.builder().warnFloor(5);
        SpikeSettings settings = builder.build();
        builder.warnFloor(7);
        assertThat(settings.warnFloor()).isEqualTo(5);
    }

    @Test
    void text_showsAll() {
        assertThat(SpikeSettings.defaults())
                .hasToString("SpikeSettings[step=PT1M, windowSteps=5, warnProbability=1.0E-5, pageProbability=1.0E-10,"
                        + " warnFloor=10, pageFloor=30, cooldown=PT1H, learning=PT1H, halfLife=PT96H]");
    }
}
