package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTemplateTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Order 4711 not found|Order * not found",
                "Order \"a b c\" of 'Ann' not found|Order * of * not found",
                "can't open it|can't open it",
                "no such user: ann@example.com|no such user: *",
                "cannot read /etc/shop.conf: denied|cannot read * denied",
                "id=f81d4fae-7dec-11d0-a765-00a0c91e6bf6 gone|* gone",
                "Index 5 out of bounds for length 3|Index * out of bounds for length *",
                "values [1, 2, [3]] and {a={b}} left|values * and * left",
                "took 12 34 56 ms|took * ms",
                "never 'closed|never *",
                "~ ~|~~",
                "  spaces   within  |spaces within"
            })
    void template_keepsWhatStays(String message, String template) {
        assertThat(MessageTemplate.of(message)).isEqualTo(template);
    }

    @Test
    void template_isOfTheFirstLine() {
        assertThat(MessageTemplate.of("\nfailed\nbecause of 7")).isEqualTo("failed");
        assertThat(MessageTemplate.of(null)).isEmpty();
    }

    @Test
    void template_isShort() {
        assertThat(MessageTemplate.of("word ".repeat(10_000)).split(" ", -1)).hasSize(24);
        assertThat(MessageTemplate.of("[".repeat(100_000))).hasSizeLessThanOrEqualTo(1024);
        assertThat(MessageTemplate.of("( ".repeat(100_000))).hasSizeLessThanOrEqualTo(1024);
    }
}
