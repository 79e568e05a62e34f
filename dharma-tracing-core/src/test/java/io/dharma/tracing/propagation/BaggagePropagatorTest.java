package io.dharma.tracing.propagation;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.BaggageEntryMetadata;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaggagePropagatorTest {

    private final TextMapPropagator propagator = Propagators.baggage();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "key=value | value",
                "^ key = value ^ | value",
                "^\tkey\t=\tvalue\t;\tp\t^ | value",
                "key= | ^^",
                "key=a=b | a=b",
                "key=a%20b%2Cc | a b,c",
                "key=%E2%82%AC%F0%9F%98%80 | \u20ac\ud83d\ude00",
                "key=%e2%82%ac | \u20ac",
                "key=a+b | a+b",
                "key=%ff%fe | \ufffd\ufffd",
                "key=1,key=2 | 2",
                "broken,key=1 | 1",
                "other=1,,  ,key=2, | 2"
            })
    void value_isDecoded(String header, String value) {
        assertThat(read("baggage", header).getEntryValue("key")).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key",
                "=value",
                "key=a b",
                "key=%",
                "key=%4",
                "key=%zz",
                "key=a\"b",
                "key=a\\b",
                "key=\u00e9",
                "key=a\u0000",
                "key=a\r\nX-Admin: 1",
                "k y=1",
                "k(y=1",
                "key;p=1",
                "key=1;p\u00e9"
            })
    void member_thatIsBrokenIsLeftOutAndNoOther(String member) {
        assertThat(read("baggage", "before=1," + member + ",after=2").asMap()).containsOnlyKeys("before", "after");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",,,", "garbage", "=", "a b=c"})
    void header_withoutAnEntryLeavesTheContextAlone(String header) {
        assertThat(Headers.of("baggage", header).read(propagator)).isSameAs(Context.root());
    }

    @Test
    void properties_areCarriedAsTheyCame() {
        String header = "key=value;ttl=3;flag;name=a%20b";

        Baggage baggage = read("baggage", "key=value; ttl=3;flag;name=a%20b ");

        assertThat(baggage.asMap().get("key"))
                .isNotNull()
                .satisfies(entry -> assertThat(entry.getMetadata().getValue()).isEqualTo("ttl=3;flag;name=a%20b"));
        assertThat(written(baggage)).isEqualTo(header);
    }

    @Test
    void properties_loseTheBlanksAroundThem() {
        assertThat(written(propertied(" \tttl=3 "))).isEqualTo("key=value;ttl=3");
        assertThat(written(propertied(" \t"))).isEqualTo("key=value");
    }

    @Test
    void properties_cannotSmuggleALineOrAMember() {
        assertThat(written(propertied("a=1\r\nX-Admin: 1,other=2\u00e9")))
                .isEqualTo("key=value;a=1%0D%0AX-Admin: 1%2Cother=2%C3%A9");
    }

    @Test
    void lines_areReadAsOneHeader() {
        assertThat(read("baggage", "a=1,b=2", "baggage", "", "baggage", "c=3").asMap())
                .containsOnlyKeys("a", "b", "c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "plain | plain",
                "a b | a%20b",
                "^a,b;c\\d\"e%^ | a%2Cb%3Bc%5Cd%22e%25",
                "\u20ac\ud83d\ude00\u00e9 | %E2%82%AC%F0%9F%98%80%C3%A9",
                "^a=b+c/d?e&f#g^ | a=b+c/d?e&f#g",
            })
    void value_isEncoded(String value, String encoded) {
        assertThat(written(Baggage.builder().put("key", value).build())).isEqualTo("key=" + encoded);
    }

    @Test
    void value_withControlsAndLoneSurrogatesIsValidUtf8OnTheWire() {
        Baggage baggage = Baggage.builder().put("key", "\r\n\0\ud800x\udc00").build();

        assertThat(written(baggage)).isEqualTo("key=%0D%0A%00%EF%BF%BDx%EF%BF%BD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"k y", "k\r\ny", "k=y", "k,y", "k;y", "k\u00e9y", "k\"y", "k:y", "k\0"})
    void key_thatIsNoTokenIsNotWritten(String key) {
        assertThat(written(Baggage.builder().put(key, "1").put("ok", "2").build()))
                .isEqualTo("ok=2");
    }

    @Test
    void entries_beyondTheSixtyFourthAreLeftOut() {
        String header = IntStream.range(0, 100).mapToObj(i -> "k" + i + "=v").collect(joining(","));
        BaggageBuilder many = Baggage.builder();
        IntStream.range(0, 100).forEach(i -> many.put("k" + i, "v"));

        assertThat(read("baggage", header).size()).isEqualTo(64);
        assertThat(read("baggage", header).getEntryValue("k63")).isEqualTo("v");
        assertThat(written(many.build())).isNotNull().matches(text -> text.split(",", -1).length == 64);
    }

    @Test
    void entries_beyond8192BytesAreLeftOutWhole() {
        String thousand = "v".repeat(1020);
        String header =
                IntStream.range(0, 20).mapToObj(i -> "k" + i + "=" + thousand).collect(joining(","));

        Baggage baggage = read("baggage", header);

        assertThat(baggage.size()).isEqualTo(8); // 8,191 bytes with the commas
        assertThat(baggage.asMap().values())
                .allSatisfy(entry -> assertThat(entry.getValue()).isEqualTo(thousand));
        assertThat(read("baggage", "k=" + "v".repeat(8191)).isEmpty()).isTrue();
        assertThat(read("baggage", "k=" + "v".repeat(8190)).size()).isEqualTo(1);
    }

    @Test
    void entry_thatDoesNotFitMakesRoomForSmallerOnes() {
        Baggage baggage = Baggage.builder()
                .put("a", "1")
                .put("huge", "\u20ac".repeat(1_000_000))
                .put("large", "v".repeat(8192))
                .put("z", "2")
                .build();

        assertThat(written(baggage)).isEqualTo("a=1,z=2");
    }

    @Test
    void header_mayBeExactlyAsLongAsTheLimit() {
        assertThat(written(Baggage.builder().put("k", "v".repeat(8190)).build()))
                .isNotNull()
                .hasSize(8192);
        assertThat(written(Baggage.builder().put("k", "v".repeat(8191)).build()))
                .isNull();
    }

    @Test
    void baggage_thatIsEmptyWritesNothing() {
        assertThat(Headers.written(propagator, Context.root()).isEmpty()).isTrue();
    }

    private static Baggage propertied(String properties) {
        return Baggage.builder()
                .put("key", "value", BaggageEntryMetadata.create(properties))
                .build();
    }

    private Baggage read(String... namesAndValues) {
        return Baggage.fromContext(Headers.of(namesAndValues).read(propagator));
    }

    private @Nullable String written(Baggage baggage) {
        return Headers.written(propagator, Context.root().with(baggage)).get("baggage");
    }
}
