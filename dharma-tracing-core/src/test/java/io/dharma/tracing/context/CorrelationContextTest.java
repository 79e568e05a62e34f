package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.spi.SensitiveIds;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationContextTest {

    private static final Pseudonyms PSEUDONYMS =
            Pseudonyms.withKey("k1", "0123456789abcdef".getBytes(StandardCharsets.UTF_8));

    @Test
    void newOne_hasTwoIdsOfItsOwnAndNothingElse() {
        CorrelationContext created = CorrelationContext.create();

        assertThat(created.correlationId()).matches("[0-9a-f]{32}");
        assertThat(created.requestId()).matches("[0-9a-f]{32}").isNotEqualTo(created.correlationId());
        assertThat(created.causationId()).isNull();
        assertThat(created.conversationId()).isNull();
        assertThat(created.originService()).isNull();
        assertThat(created.userKey()).isNull();
        assertThat(created.attributes()).isEmpty();
        assertThat(created.leftOut()).isZero();
        assertThat(created.trust()).isEqualTo(CorrelationTrust.created());
    }

    @Test
    void newIds_sortByTimeAndAreNoUuids() {
        Set<Character> versions = new HashSet<>();
        long before = System.currentTimeMillis();
        for (int i = 0; i < 1_000; i++) {
            String id = CorrelationContext.create().correlationId();
            versions.add(id.charAt(12));
            assertThat(Long.parseLong(id.substring(0, 12), 16)).isBetween(before, System.currentTimeMillis());
        }
        assertThat(versions).as("the digit in which a UUID keeps its version").hasSize(16);
    }

    @Test
    void idOfTheApplication_isTakenAsItIs() {
        CorrelationContext job =
                CorrelationContext.builder().correlationId("order-4711-batch").build();

        assertThat(job.correlationId()).isEqualTo("order-4711-batch");
        assertThat(job.trust().source()).isEqualTo(CorrelationSource.APPLICATION);
        assertThat(job.trust().outcome()).isEqualTo(CorrelationTrust.Outcome.CREATED);
    }

    @Test
    void idThatBreaksTheRules_isReplacedAndNeverRepaired() {
        CorrelationContext job = CorrelationContext.builder()
                .correlationId("order-4711\r\nbatch")
                .build();

        assertThat(job.correlationId()).matches("[0-9a-f]{32}");
        assertThat(job.trust().outcome()).isEqualTo(CorrelationTrust.Outcome.REPLACED);
        assertThat(job.trust().refusal()).isEqualTo(CorrelationRefusal.CONTROL_CHARACTER);
        assertThat(job.leftOut()).isEqualTo(1);
        assertThat(job.toString()).doesNotContain("4711");
    }

    @Test
    void trust_isNeverThatOfAnIdThatWasRefused() {
        CorrelationTrust accepted = CorrelationTrust.accepted(CorrelationSource.CORRELATION_HEADER);
        CorrelationTrust replaced =
                CorrelationTrust.replaced(CorrelationSource.REQUEST_HEADER, CorrelationRefusal.TOO_LONG, "k1:abc");

        CorrelationContext wrong =
                CorrelationContext.builder().correlationId("bad id", accepted).build();
        CorrelationContext none =
                CorrelationContext.builder().correlationId(null, accepted).build();
        CorrelationContext again =
                CorrelationContext.builder().correlationId("bad id", replaced).build();

        assertThat(wrong.trust())
                .isEqualTo(CorrelationTrust.replaced(CorrelationSource.NEW, CorrelationRefusal.WRONG_CHARACTER, null));
        assertThat(wrong.leftOut()).isEqualTo(1);
        assertThat(none.trust()).isEqualTo(CorrelationTrust.created());
        assertThat(none.leftOut()).isZero();
        assertThat(again.trust())
                .as("what was refused first")
                .isEqualTo(CorrelationTrust.replaced(CorrelationSource.NEW, CorrelationRefusal.TOO_LONG, "k1:abc"));
    }

    @Test
    void idsThatLookLikeSecrets_areLeftOutWhileSomethingRedactsThem() {
        Redactor redactor = Redactor.create();
        try (SensitiveIds.Registration redaction = SensitiveIds.register(redactor::isSensitive)) {
            CorrelationContext context = CorrelationContext.builder()
                    .correlationId("4111111111111111")
                    .requestId("GB82WEST12345698765432")
                    .causationId("AKIAIOSFODNN7EXAMPLE")
                    .conversationId("order-4711")
                    .build();

            assertThat(context.trust())
                    .isEqualTo(CorrelationTrust.replaced(CorrelationSource.NEW, CorrelationRefusal.SENSITIVE, null));
            assertThat(context.requestId()).matches("[0-9a-f]{32}");
            assertThat(context.causationId()).isNull();
            assertThat(context.conversationId()).isEqualTo("order-4711");
            assertThat(context.leftOut()).isEqualTo(3);
            assertThat(context.toString()).doesNotContain("4111").doesNotContain("GB82");
        }
        assertThat(CorrelationContext.builder()
                        .correlationId("4111111111111111")
                        .build()
                        .correlationId())
                .isEqualTo("4111111111111111");
    }

    @Test
    void screenThatThrows_refusesAll() {
        try (SensitiveIds.Registration broken = SensitiveIds.register(id -> {
            throw new IllegalStateException("broken");
        })) {
            assertThat(CorrelationContext.builder()
                            .correlationId("order-4711")
                            .build()
                            .trust()
                            .refusal())
                    .isEqualTo(CorrelationRefusal.SENSITIVE);
        }
    }

    @Test
    void otherIdsThatBreakTheRules_areLeftOutAndCounted() {
        CorrelationContext context = CorrelationContext.builder()
                .requestId("short")
                .causationId("with blank in it")
                .conversationId("x".repeat(129))
                .originService("line\nbreak")
                .build();

        assertThat(context.requestId()).matches("[0-9a-f]{32}");
        assertThat(context.causationId()).isNull();
        assertThat(context.conversationId()).isNull();
        assertThat(context.originService()).isNull();
        assertThat(context.leftOut()).isEqualTo(4);
    }

    @Test
    void ninthAttribute_isLeftOutAndTheEightStay() {
        CorrelationContext context = CorrelationContext.create();
        for (int i = 1; i <= 9; i++) {
            context = context.withAttribute("key" + i, "value" + i);
        }

        assertThat(context.attributes().keySet())
                .containsExactly("key1", "key2", "key3", "key4", "key5", "key6", "key7", "key8");
        assertThat(context.leftOut()).isEqualTo(1);
        assertThat(context.withAttribute("key8", "other").attributes()).containsEntry("key8", "other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "with blank", "a=b", "\u00e9", "line\n", "\uff41"})
    void keyThatBreaksTheRules_isLeftOut(String key) {
        CorrelationContext context = CorrelationContext.create().withAttribute(key, "value");

        assertThat(context.attributes()).isEmpty();
        assertThat(context.leftOut()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a\r\nb", "a\0", "a\u2028b", "a\u0085", "\ud800", "\u202eevil", "a\u200bb", "\udb40\udc41"})
    void valueThatBreaksTheRules_isLeftOut(String value) {
        CorrelationContext context = CorrelationContext.create().withAttribute("key", value);

        assertThat(context.attributes()).isEmpty();
        assertThat(context.leftOut()).isEqualTo(1);
    }

    @Test
    void attributes_areBoundedInLength() {
        CorrelationContext context = CorrelationContext.builder()
                .attribute("k".repeat(64), "v".repeat(256))
                .attribute("k".repeat(65), "v")
                .attribute("k", "v".repeat(257))
                .attribute(null, "v")
                .attribute("k", null)
                .attribute("tenant", "Bj\u00f6rn & \ud83d\ude00 \u0646\u200c\u0645")
                .build();

        assertThat(context.attributes()).containsOnlyKeys("k".repeat(64), "tenant");
        assertThat(context.leftOut()).isEqualTo(4);
    }

    @Test
    void attributes_cannotBeChangedFromOutside() {
        CorrelationContext.Builder builder = CorrelationContext.builder().attribute("tenant", "acme");
        CorrelationContext context = builder.build();
        builder.attribute("tenant", "other");

        assertThat(context.attributes()).containsEntry("tenant", "acme");
        assertThatThrownBy(() -> context.attributes().put("a", "b")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void user_isKeptAsAPseudonymOnly() {
        CorrelationContext context = CorrelationContext.create().withUser(PSEUDONYMS, "someone@example.com");

        assertThat(context.userKey()).isEqualTo(PSEUDONYMS.of("someone@example.com"));
        assertThat(context.toString()).doesNotContain("someone");
        assertThat(context.withUser(PSEUDONYMS, "").userKey()).isNull();
        assertThat(context.withUser(PSEUDONYMS, null).userKey()).isNull();
    }

    @Test
    void nextOne_isCausedByThisOne() {
        CorrelationContext first = CorrelationContext.create().withAttribute("tenant", "acme");
        CorrelationContext next = first.next();

        assertThat(next.correlationId()).isEqualTo(first.correlationId());
        assertThat(next.causationId()).isEqualTo(first.requestId());
        assertThat(next.requestId()).isNotEqualTo(first.requestId());
        assertThat(next.attributes()).isEqualTo(first.attributes());
        assertThat(next.trust()).isEqualTo(first.trust());
    }

    @Test
    void contexts_areEqualIfAllTheyHoldIs() {
        CorrelationContext one = CorrelationContext.builder()
                .correlationId("order-4711")
                .requestId("request-1")
                .causationId("request-0")
                .conversationId("session-9")
                .originService("shop")
                .user(PSEUDONYMS, "u-1")
                .attribute("tenant", "acme")
                .build();

        assertThat(one.toBuilder().build()).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(one).isNotEqualTo(one.next());
        assertThat(one).isNotEqualTo(one.withAttribute("tenant", "other"));
        assertThat(one).isNotEqualTo(one.withAttribute("", "left out"));
        assertThat(one).isNotEqualTo(one.toBuilder().conversationId("session-8").build());
        assertThat(one).isNotEqualTo(one.toBuilder().originService("till").build());
        assertThat(one).isNotEqualTo(one.withUser(PSEUDONYMS, "u-2"));
        assertThat(one).isNotEqualTo(one.toBuilder().causationId(null).build());
        assertThat(one)
                .isNotEqualTo(one.toBuilder()
                        .correlationId("order-4711", CorrelationTrust.accepted(CorrelationSource.BAGGAGE))
                        .build());
        assertThat(one).isNotEqualTo("order-4711");
    }

    @Test
    void text_showsIdsAndTheKeysOfAttributes() {
        CorrelationContext context = CorrelationContext.builder()
                .correlationId("order-4711")
                .requestId("request-1")
                .originService("shop")
                .attribute("tenant", "acme")
                .build();

        assertThat(context)
                .hasToString("CorrelationContext{order-4711, request request-1, from shop, attributes [tenant],"
                        + " CREATED from APPLICATION}");
    }

    @Test
    void trust_saysWhatWasRefused() {
        CorrelationTrust replaced =
                CorrelationTrust.replaced(CorrelationSource.TRACE, CorrelationRefusal.TOO_LONG, "tmp:1");

        assertThat(replaced).hasToString("REPLACED from TRACE for one that was TOO_LONG");
        assertThat(replaced.refusedHash()).isEqualTo("tmp:1");
        assertThat(replaced)
                .isEqualTo(CorrelationTrust.replaced(CorrelationSource.TRACE, CorrelationRefusal.TOO_LONG, "tmp:1"))
                .isNotEqualTo(CorrelationTrust.replaced(CorrelationSource.TRACE, CorrelationRefusal.TOO_LONG, null))
                .isNotEqualTo(CorrelationTrust.accepted(CorrelationSource.TRACE));
    }
}
