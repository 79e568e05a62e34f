package io.dharma.tracing.sampling;

import static io.dharma.tracing.sampling.SamplerCalls.ot;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtelEntryTest {

    @ParameterizedTest
    @CsvSource({
        "th:c, 3",
        "rv:6e6d1a75832a2f;th:c, 21",
        "th:c;rv:6e6d1a75832a2f, 3",
        "p:8;th:0, 7",
        "xth:8;th:0, 9",
        "th:ffffffffffffff, 3",
    })
    void threshold_isFoundAmongOtherSubKeys(String entry, int start) {
        assertThat(OtelEntry.thresholdStart(entry)).isEqualTo(start);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "th",
                "th:",
                "th:;",
                "th:x",
                "th:C",
                "th:fffffffffffffff",
                "TH:c",
                "rv:th:c",
                "xth:c",
                ":c"
            })
    void threshold_isAbsentWhereItIsNotWellFormed(String entry) {
        assertThat(OtelEntry.thresholdStart(entry)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "rv:", "rv:6e6d1a75832a2", "rv:6e6d1a75832a2ff", "rv:6E6D1A75832A2F", "rv:6e6d1a75832a2g"})
    void randomness_isAbsentWhereItIsNotWellFormed(String entry) {
        assertThat(OtelEntry.randomnessStart(entry)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "th:c, th:8",
        "p:1;th:c, th:8;p:1",
        "rv:6e6d1a75832a2f, th:8;rv:6e6d1a75832a2f",
        "th:nonsense, th:8",
        "th:c;th:d;rv:6e6d1a75832a2f, th:8;rv:6e6d1a75832a2f",
        "th:8;th:c, th:8",
        ";;p:1;, th:8;p:1",
    })
    void withThreshold_replacesItAndKeepsTheRest(String before, String after) {
        assertThat(OtelEntry.withThreshold(ot(before), "8").get("ot")).isEqualTo(after);
    }

    @ParameterizedTest
    @CsvSource({"p:1;th:c, p:1", "th:c;rv:6e6d1a75832a2f, rv:6e6d1a75832a2f", "th:c;p:1;th:d, p:1", "th:!;p:1, p:1"})
    void withThreshold_erasesIt(String before, String after) {
        assertThat(OtelEntry.withThreshold(ot(before), null).get("ot")).isEqualTo(after);
    }

    @Test
    void withThreshold_removesAnEntryThatWouldBeEmpty() {
        TraceState state =
                TraceState.builder().put("vendor", "v").put("ot", "th:c").build();

        assertThat(OtelEntry.withThreshold(state, null).asMap()).hasSize(1).containsEntry("vendor", "v");
    }

    @ParameterizedTest
    @ValueSource(strings = {"th:8", "p:1;th:8", "th:8;rv:6e6d1a75832a2f"})
    void withThreshold_returnsTheSameStateIfItSaysSoAlready(String entry) {
        TraceState state = ot(entry);

        assertThat(OtelEntry.withThreshold(state, "8")).isSameAs(state);
    }

    @Test
    void withThreshold_returnsTheSameStateIfThereIsNothingToErase() {
        TraceState withoutEntry = TraceState.builder().put("vendor", "v").build();
        TraceState withoutThreshold = ot("p:1");

        assertThat(OtelEntry.withThreshold(withoutEntry, null)).isSameAs(withoutEntry);
        assertThat(OtelEntry.withThreshold(withoutThreshold, null)).isSameAs(withoutThreshold);
    }

    @Test
    void withThreshold_keepsOtherVendorsEntries() {
        TraceState state = TraceState.builder().put("vendor", "v").build();

        assertThat(OtelEntry.withThreshold(state, "0").asMap())
                .hasSize(2)
                .containsEntry("vendor", "v")
                .containsEntry("ot", "th:0");
    }

    @Test
    void withThreshold_erasesItIfTheEntryWouldBecomeTooLong() {
        String others = "x:" + "y".repeat(250);

        assertThat(OtelEntry.withThreshold(ot("th:c" + ";" + others.substring(0, 240)), "ffbe77")
                        .get("ot"))
                .isEqualTo("th:ffbe77;" + others.substring(0, 240));
        assertThat(OtelEntry.withThreshold(ot("th:c" + ";" + others.substring(0, 251)), "ffbe77")
                        .get("ot"))
                .isEqualTo(others.substring(0, 251));
    }

    @Test
    void withThreshold_addsNothingToAFullTraceState() {
        TraceStateBuilder builder = TraceState.builder();
        for (int i = 0; i < 32; i++) {
            builder.put("vendor" + i, "v");
        }
        TraceState full = builder.build();

        assertThat(OtelEntry.withThreshold(full, "8").asMap()).isEqualTo(full.asMap());
    }
}
