package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.HopId;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HopCodecTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final long START = 1_700_000_000_123_456_789L;

    private static final Name NAME = Name.of(new Name.Operation("shop", "GET /orders"));
    private static final Name ERROR = Name.ofErrorType("java.io.IOException");

    private static Hop.Builder hop() {
        return Hop.builder(TRACE, SPAN).service("shop").operation("GET /orders").start(START);
    }

    private static byte[] encoded(Hop hop) {
        return HopCodec.encode(
                new CorrelatedHop("order-4711", null, true, hop),
                NAME,
                hop.errorType().isPresent() ? ERROR : null);
    }

    private static Hop decoded(Hop hop, byte[] value) {
        StoredHop stored = Objects.requireNonNull(HopCodec.decode(TraceIds.field(hop.id()), value));
        assertThat(stored.name()).isEqualTo(NAME.id());
        assertThat(stored.entry()).isTrue();
        return stored.named(
                new Name.Operation("shop", "GET /orders"), stored.errorType() == null ? null : "java.io.IOException");
    }

    @ParameterizedTest
    @EnumSource(SpanKind.class)
    void hop_isReadAsItWasWritten(SpanKind kind) {
        Hop hop = hop().kind(kind)
                .parent("00f067aa0ba902b7")
                .duration(Duration.ofMillis(12))
                .build();

        assertThat(decoded(hop, encoded(hop))).isEqualTo(hop);
    }

    @ParameterizedTest
    @EnumSource(SpanKind.class)
    void hop_thatIsNestedTakesNoMoreRoom(SpanKind kind) {
        Hop.Builder hop = hop().kind(kind).parent("00f067aa0ba902b7").failed("java.io.IOException");
        Hop nested = hop.nested(true).build();

        byte[] value = encoded(nested);

        assertThat(decoded(nested, value)).isEqualTo(nested);
        assertThat(value).hasSameSizeAs(encoded(hop.nested(false).build()));
    }

    @Test
    void value_ofANestedHopWithoutParentIsReadAsNothing() {
        byte[] value = encoded(hop().build());
        value[0] = (byte) (value[0] | 0x80);

        assertThat(HopCodec.decode(TraceIds.field(hop().build().id()), value)).isNull();
    }

    @Test
    void hop_isReadAsItWasWrittenWithoutParentAndDuration() {
        Hop hop = hop().build();

        assertThat(decoded(hop, encoded(hop))).isEqualTo(hop);
    }

    @Test
    void hop_thatFailedWithoutATypeStaysOneThatFailed() {
        Hop hop = hop().failed(null).build();

        assertThat(decoded(hop, encoded(hop))).isEqualTo(hop);
    }

    @Test
    void hop_isReadAsItWasWrittenAtTheEndOfTime() {
        Hop hop = hop().start(0)
                .duration(Long.MAX_VALUE)
                .failed("java.io.IOException")
                .build();

        assertThat(decoded(hop, encoded(hop))).isEqualTo(hop);
    }

    @Test
    void links_areKeptUpToALimit() {
        List<HopId> links = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> new HopId(TRACE, String.format("%016x", i)))
                .toList();
        Hop hop = hop().links(links).build();

        byte[] value = encoded(hop);

        assertThat(value).hasSizeLessThanOrEqualTo(HopCodec.MAX_BYTES);
        assertThat(decoded(hop, value).links()).isEqualTo(links.subList(0, HopCodec.MAX_LINKS));
    }

    @Test
    void value_hasAtMost51BytesUnlessThereAreLinks() {
        Hop hop = hop().parent("00f067aa0ba902b7")
                .duration(Duration.ofSeconds(34))
                .failed("java.io.IOException")
                .build();

        assertThat(encoded(hop)).hasSizeLessThanOrEqualTo(51);
    }

    @Test
    void field_tellsSameSpansOfDifferentTracesApart() {
        HopId other = new HopId("0af7651916cd43dd8448eb211c80319d", SPAN);

        assertThat(TraceIds.field(other)).isNotEqualTo(TraceIds.field(new HopId(TRACE, SPAN)));
    }

    @Test
    void value_ofALaterVersionIsReadAsNothing() {
        byte[] value = encoded(hop().build());
        value[0] = 2;

        assertThat(HopCodec.decode(TraceIds.field(hop().build().id()), value)).isNull();
    }

    @Test
    void value_thatWasCutOrExtendedIsReadAsNothing() {
        Hop hop = hop().parent("00f067aa0ba902b7")
                .links(List.of(new HopId(TRACE, SPAN)))
                .build();
        byte[] value = encoded(hop);
        byte[] field = TraceIds.field(hop.id());

        for (int length = 0; length < value.length + 3; length++) {
            byte[] changed = Arrays.copyOf(value, length);
            if (length != value.length) {
                assertThat(HopCodec.decode(field, changed))
                        .as("%d bytes", length)
                        .isNull();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 9, 100})
    void field_ofAnotherLengthIsReadAsNothing(int length) {
        assertThat(HopCodec.decode(new byte[length], encoded(hop().build()))).isNull();
    }

    @Test
    void name_isReadAsItWasWritten() {
        Name.Operation unusual = new Name.Operation("a", "ä\uD83D\uDE00\0 / ".repeat(3));

        assertThat(Name.readOperation(Name.of(unusual).text())).isEqualTo(unusual);
        assertThat(Name.readErrorType(Name.ofErrorType("E").text())).isEqualTo("E");
        assertThat(Name.readErrorType(Name.of(unusual).text())).isNull();
        assertThat(Name.readOperation(Name.ofErrorType("E").text())).isNull();
    }

    @Test
    void name_isCutWhereItIsNoNameAnyMore() {
        Name.Operation endless = new Name.Operation("s".repeat(10_000), "\uD83D\uDE00".repeat(10_000));

        Name name = Name.of(endless);

        assertThat(name.text()).hasSizeLessThanOrEqualTo(Name.MAX_TEXT_BYTES);
        assertThat(Name.readOperation(name.text()))
                .isEqualTo(new Name.Operation("s".repeat(128), "\uD83D\uDE00".repeat(128)));
    }

    @Test
    void name_ofAnotherServiceHasAnotherId() {
        assertThat(Name.of(new Name.Operation("ab", "c")).id())
                .isNotEqualTo(Name.of(new Name.Operation("a", "bc")).id());
    }

    @Test
    void entry_isReadAsItWasWritten() {
        IndexEntry entry = new IndexEntry("order-4711", true, true, NAME.id(), START, 17);

        assertThat(IndexEntry.decode(entry.encode())).isEqualTo(entry);
    }
}
