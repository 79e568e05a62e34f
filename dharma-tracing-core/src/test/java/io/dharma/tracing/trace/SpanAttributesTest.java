package io.dharma.tracing.trace;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.internal.otlp.MalformedOtlpException;
import io.dharma.tracing.internal.otlp.SpanCodec;
import io.dharma.tracing.internal.trace.FinishedSpan;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpanAttributesTest {

    private final SpanAttributes attributes = new SpanAttributes(5, 4);

    @Test
    void attributes_keepTheOrderInWhichTheyWereFirstSet() {
        attributes.putPlain("b", "1");
        attributes.putPlain("a", 2L);
        attributes.putPlain("b", true);

        assertThat(attributes.asMap().keySet()).containsExactly(AttributeKey.booleanKey("b"), longKey("a"));
        assertThat(attributes.size()).isEqualTo(2);
        assertThat(attributes.isEmpty()).isFalse();
    }

    @Test
    void get_answersForTheRightTypeOnly() {
        attributes.putPlain("id", 2L);

        assertThat(attributes.get(longKey("id"))).isEqualTo(2);
        assertThat(attributes.get(stringKey("id"))).isNull();
        assertThat(attributes.get(stringKey("other"))).isNull();
    }

    @Test
    void equality_isByValueToTheirAttributes() {
        attributes.putPlain("id", 2L);
        attributes.put(stringKey("text"), "long text");
        Attributes theirs = Attributes.of(longKey("id"), 2L, stringKey("text"), "long");

        assertThat(attributes.equals(theirs)).isTrue();
        assertThat(attributes.toBuilder().build()).isEqualTo(theirs);
        assertThat(attributes.toString()).contains("id").contains("long");
        assertThat(attributes).isEqualTo(attributes.copy()).hasSameHashCodeAs(attributes.copy());
    }

    @Test
    void limit_countsWhatWasOfferedAndNotWhatWasReplaced() {
        for (int i = 0; i < 8; i++) {
            attributes.putPlain("key-" + i, (long) i);
            attributes.putPlain("key-0", "again");
        }

        assertThat(attributes.size()).isEqualTo(5);
        assertThat(attributes.totalAdded()).isEqualTo(8);
    }

    @Test
    void emptyNames_areIgnored() {
        attributes.putPlain("", "x");
        attributes.put(stringKey(""), "x");

        assertThat(attributes.isEmpty()).isTrue();
        assertThat(attributes.totalAdded()).isZero();
    }

    @Test
    void list_isCopiedShortenedAndMayHoldNulls() {
        List<String> given = Arrays.asList("a", null, "too long");
        attributes.put(stringArrayKey("list"), given);
        given.set(0, "changed");

        List<String> kept = Objects.requireNonNull(attributes.get(stringArrayKey("list")));
        assertThat(kept).containsExactly("a", null, "too ");
        assertThatThrownBy(() -> kept.add("x")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void list_keepsAThousandAndSomeElements() {
        attributes.put(
                AttributeKey.longArrayKey("list"),
                IntStream.range(0, 5000).mapToObj(Long::valueOf).toList());

        assertThat(attributes.get(AttributeKey.longArrayKey("list"))).hasSize(1024);
    }

    @Test
    void copy_isNotReachedByLaterWrites() {
        attributes.putPlain("a", "1");
        SpanAttributes copy = attributes.copy();
        attributes.putPlain("a", "2");
        attributes.putPlain("b", "3");

        assertThat(copy.asMap()).hasSize(1).containsEntry(stringKey("a"), "1");
    }

    @Test
    void estimatedBytes_growWithWhatIsHeld() {
        long empty = attributes.estimatedBytes();
        SpanAttributes roomy = new SpanAttributes(128, 100_000);
        roomy.putPlain("text", "x".repeat(50_000));
        roomy.put(stringArrayKey("list"), List.of("x".repeat(50_000)));

        assertThat(roomy.estimatedBytes()).isBetween(empty + 200_000, empty + 210_000);
    }

    @Test
    void tree_thatIsTooDeepEndsInATextThatSaysSo() throws MalformedOtlpException {
        AttributeKey<Value<?>> key = AttributeKey.valueKey("deep");
        SpanAttributes roomy = new SpanAttributes(5, 100);

        roomy.put(key, nested(LimitedTree.DEEPEST));
        assertThat(roomy.get(key)).isEqualTo(nested(LimitedTree.DEEPEST));
        assertThat(written(roomy))
                .as("OTLP takes no less")
                .isEqualTo(roomy.toBuilder().build());

        roomy.put(key, nested(20_000));
        assertThat(roomy.get(key)).isEqualTo(nested(LimitedTree.DEEPEST, Value.of(LimitedTree.TOO_DEEP)));
        assertThat(roomy.estimatedBytes()).isPositive();
    }

    private static Value<?> nested(int depth) {
        return nested(depth, Value.of("bottom"));
    }

    /** Lists and maps in turns, from the inside out. */
    private static Value<?> nested(int depth, Value<?> innermost) {
        Value<?> tree = innermost;
        for (int level = depth; level > 0; level--) {
            tree = level % 2 == 0 ? Value.of(List.of(tree)) : Value.of(KeyValue.of("k", tree));
        }
        return tree;
    }

    private static Attributes written(Attributes attributes) throws MalformedOtlpException {
        SpanData span = new FinishedSpan(
                SpanContext.getInvalid(),
                SpanContext.getInvalid(),
                Resource.empty(),
                InstrumentationScopeInfo.empty(),
                "span",
                SpanKind.INTERNAL,
                0,
                0,
                true,
                attributes,
                attributes.size(),
                List.of(),
                0,
                List.of(),
                0,
                StatusData.unset());
        SpanCodec codec = new SpanCodec();
        return codec.decode(codec.encode(span)).getAttributes();
    }

    /** Sixty lists, each with the next one twice, are more elements than anybody could count. */
    @Test
    void tree_thatHoldsItselfOverAndOverIsCutShort() {
        Value<?> tree = Value.of("leaf");
        for (int i = 0; i < 60; i++) {
            tree = Value.of(List.of(tree, tree));
        }
        attributes.put(AttributeKey.valueKey("bomb"), tree);

        assertThat(attributes.estimatedBytes()).isLessThan(100L * LimitedTree.MOST_ELEMENTS);
    }

    @Test
    void tree_isCopiedWithItsTextsShortened() {
        Value<?> tree = Value.of(
                KeyValue.of("text", Value.of("too long")),
                KeyValue.of("bytes", Value.of(new byte[] {1, 2, 3, 4, 5})),
                KeyValue.of("list", Value.of(Value.of(1), Value.of("too long"))));

        attributes.put(AttributeKey.valueKey("tree"), tree);

        assertThat(attributes.get(AttributeKey.valueKey("tree")))
                .isEqualTo(Value.of(
                        KeyValue.of("text", Value.of("too ")),
                        KeyValue.of("bytes", Value.of(new byte[] {1, 2, 3, 4})),
                        KeyValue.of("list", Value.of(Value.of(1), Value.of("too ")))));
    }
}
