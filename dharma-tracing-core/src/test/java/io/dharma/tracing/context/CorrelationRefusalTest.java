package io.dharma.tracing.context;

import static io.dharma.tracing.context.CorrelationRefusal.CONTROL_CHARACTER;
import static io.dharma.tracing.context.CorrelationRefusal.EMPTY;
import static io.dharma.tracing.context.CorrelationRefusal.TOO_LONG;
import static io.dharma.tracing.context.CorrelationRefusal.TOO_SHORT;
import static io.dharma.tracing.context.CorrelationRefusal.WRONG_CHARACTER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CorrelationRefusalTest {

    /** As the design states it. */
    private static final Pattern RULE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:+/=-]{7,127}");

    static Stream<Arguments> ids() {
        return Stream.of(
                id("12345678", null),
                id("0af7651916cd43dd8448eb211c80319c", null),
                id("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", null),
                id("01ARZ3NDEKTSV4RRFFQ69G5FAV", null),
                id("Root=1-67891233-abcdef012345678912345678", null),
                id("a._:+/=-", null),
                id("a".repeat(128), null),
                id("", EMPTY),
                id("1234567", TOO_SHORT),
                id("a", TOO_SHORT),
                id("a".repeat(129), TOO_LONG),
                id("a".repeat(1 << 20), TOO_LONG),
                id(" ", WRONG_CHARACTER),
                id("        ", WRONG_CHARACTER),
                id(" 12345678", WRONG_CHARACTER),
                id("12345678 ", WRONG_CHARACTER),
                id("\t12345678", CONTROL_CHARACTER),
                id("-12345678", WRONG_CHARACTER),
                id(".12345678", WRONG_CHARACTER),
                id("=12345678", WRONG_CHARACTER),
                id("12345678,12345678", WRONG_CHARACTER),
                id("12345678;a=b", WRONG_CHARACTER),
                id("12345678\"", WRONG_CHARACTER),
                id("12345678'--", WRONG_CHARACTER),
                id("<script>12345678", WRONG_CHARACTER),
                id("${jndi:ldap://x}", WRONG_CHARACTER),
                id("12345678*", WRONG_CHARACTER),
                id("12345678{}", WRONG_CHARACTER),
                id("someone@example.com", WRONG_CHARACTER),
                id("12345678%0d%0a", WRONG_CHARACTER),
                id("12345678\r\nSet-Cookie: a=b", CONTROL_CHARACTER),
                id("12345678\n", CONTROL_CHARACTER),
                id("12345678\r", CONTROL_CHARACTER),
                id("\r\n", CONTROL_CHARACTER),
                id("12345678\0", CONTROL_CHARACTER),
                id("\0", CONTROL_CHARACTER),
                id("12345678\u001b[31m", CONTROL_CHARACTER),
                id("12345678\u007f", CONTROL_CHARACTER),
                id("12345678\u0085", CONTROL_CHARACTER),
                id("12345678\u2028", WRONG_CHARACTER),
                id("12345678\u200b", WRONG_CHARACTER),
                id("12345678\u202e", WRONG_CHARACTER),
                id("12345678\ufeff", WRONG_CHARACTER),
                id("12345678\ufffd", WRONG_CHARACTER),
                id("12345678\ud800", WRONG_CHARACTER),
                id("12345678\ud83d\ude00", WRONG_CHARACTER),
                // Cyrillic a, full-width digit, Kelvin sign, mathematical digit, Arabic digit, hyphen of Unicode
                id("\u0430bcdefgh", WRONG_CHARACTER),
                id("1234567\uff18", WRONG_CHARACTER),
                id("\u212aelvinsign", WRONG_CHARACTER),
                id("1234567\ud835\udfd8", WRONG_CHARACTER),
                id("1234567\u0668", WRONG_CHARACTER),
                id("1234\u20105678", WRONG_CHARACTER));
    }

    private static Arguments id(String id, @Nullable CorrelationRefusal expected) {
        return Arguments.of(id, expected);
    }

    @ParameterizedTest
    @MethodSource("ids")
    void id_isRefusedForTheReason(String id, @Nullable CorrelationRefusal expected) {
        assertThat(CorrelationRefusal.of(id)).isEqualTo(expected);
        assertThat(RULE.matcher(id).matches()).isEqualTo(expected == null);
    }

    @Test
    void everyCharacter_isJudgedAsTheRuleSaysInEveryPlace() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            String first = (char) c + "2345678";
            String later = "1234567" + (char) c;
            assertThat(CorrelationRefusal.of(first) == null)
                    .as("first %04x", c)
                    .isEqualTo(RULE.matcher(first).matches());
            assertThat(CorrelationRefusal.of(later) == null)
                    .as("later %04x", c)
                    .isEqualTo(RULE.matcher(later).matches());
        }
    }
}
