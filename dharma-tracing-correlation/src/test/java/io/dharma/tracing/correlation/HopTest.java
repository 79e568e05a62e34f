package io.dharma.tracing.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HopTest {

    @Test
    void hop_isWhatItsBuilderWasTold() {
        Hop hop = Hops.hop(2, 1, "checkout", "POST /orders", 5, 12)
                .nested(true)
                .kind(SpanKind.SERVER)
                .links(List.of(Hops.id(9)))
                .failed("java.io.IOException")
                .build();

        assertThat(hop.id()).isEqualTo(Hops.id(2));
        assertThat(hop.traceId()).isEqualTo(Hops.TRACE);
        assertThat(hop.spanId()).isEqualTo("0000000000000002");
        assertThat(hop.parent()).contains(Hops.id(1));
        assertThat(hop.nested()).isTrue();
        assertThat(hop.links()).containsExactly(Hops.id(9));
        assertThat(hop.service()).isEqualTo("checkout");
        assertThat(hop.operation()).isEqualTo("POST /orders");
        assertThat(hop.kind()).isEqualTo(SpanKind.SERVER);
        assertThat(hop.startEpochNanos()).isEqualTo(Hops.EPOCH + 5 * Hops.MS);
        assertThat(hop.durationNanos()).isEqualTo(7 * Hops.MS);
        assertThat(hop.endEpochNanos()).isEqualTo(Hops.EPOCH + 12 * Hops.MS);
        assertThat(hop.outcome()).isEqualTo(Outcome.ERROR);
        assertThat(hop.errorType()).contains("java.io.IOException");
    }

    @Test
    void hop_hasSafeDefaults() {
        Hop hop = Hops.hop(1, 0, "a", "b", 0, 0).build();

        assertThat(hop.parent()).isEmpty();
        assertThat(hop.nested()).isFalse();
        assertThat(hop.links()).isEmpty();
        assertThat(hop.kind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(hop.outcome()).isEqualTo(Outcome.OK);
        assertThat(hop.errorType()).isEmpty();
    }

    @Test
    void hopWithoutParent_isNestedInNothing() {
        assertThat(Hops.hop(1, 0, "a", "b", 0, 0).nested(true).build())
                .isEqualTo(Hops.hop(1, 0, "a", "b", 0, 0).build());
    }

    @Test
    void hops_areEqualByValue() {
        assertThat(Hops.internal(1, 0, "a", 0, 1))
                .isEqualTo(Hops.internal(1, 0, "a", 0, 1))
                .hasSameHashCodeAs(Hops.internal(1, 0, "a", 0, 1))
                .isNotEqualTo(Hops.internal(1, 0, "a", 0, 2))
                .isNotEqualTo(Hops.internal(1, 2, "a", 0, 1));
        assertThat(Hops.internal(1, 2, "a", 0, 1)).isNotEqualTo(Hops.background(1, 2, "a", 0, 1));
    }

    @Test
    void toString_isOneSafeLine() {
        String text = Hops.hop(1, 0, "sh\u001b[31mop", "a\nb", 0, 1).build().toString();

        assertThat(text).contains("sh\\u001b[31mop").contains("a\\nb").doesNotContain("\u001b", "\n");
    }

    @Test
    void malformedValues_areNamedWithWhatIsAllowed() {
        Hop.Builder builder = Hop.builder(Hops.TRACE, Hops.span(1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Hop.builder("xyz\n", Hops.span(1)))
                .withMessage("traceId must be 32 lower-case hexadecimal digits, not all zero, but has 4 characters:"
                        + " \"xyz\\n\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Hop.builder(Hops.TRACE, "0000000000000000"))
                .withMessageStartingWith("spanId must be 16 lower-case");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.parent("ABCDEF0123456789"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.start(-1))
                .withMessage("start must be at least 0 ns, but is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.duration(-5))
                .withMessage("duration must be at least 0 ns, but is -5");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.duration(Duration.ofDays(200_000)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.service(""))
                .withMessageStartingWith("service is");
    }

    @Test
    void missingValues_areNamed() {
        Hop.Builder builder = Hop.builder(Hops.TRACE, Hops.span(1));

        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith("start is missing");
        builder.start(1);
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith("service is missing");
        builder.service("a");
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageStartingWith("operation is missing");
    }

    @Test
    void hop_doesNotEndAfterTime() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Hops.hop(1, 0, "a", "b", 0, 0).duration(Long.MAX_VALUE).build())
                .withMessageStartingWith("start and duration together");
    }

    @Test
    void waitEdge_isBetweenTwo() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WaitEdge(Hops.id(1), Hops.id(1)));
    }
}
