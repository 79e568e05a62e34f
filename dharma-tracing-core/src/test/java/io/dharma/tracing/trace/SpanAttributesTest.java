package io.dharma.tracing.trace;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
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
}
