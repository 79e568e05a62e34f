package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {

    @Test
    void ordinaryText_isTheVerySame() {
        String text = "Bj\u00f6rn \ud83d\ude00 \u0646\u200c\u0645 ~";

        assertThat(Printable.escape(text)).isSameAs(text);
    }

    @Test
    void whatForgesReordersOrHides_isWrittenAsInJava() {
        assertThat(Printable.escape("a\r\n\tb\u001b[31m\u0085\u2028"))
                .isEqualTo("a\\r\\n\\tb\\u001b[31m\\u0085\\u2028");
        assertThat(Printable.escape("a\u202eb\u200bc\ufeff")).isEqualTo("a\\u202eb\\u200bc\\ufeff");
        assertThat(Printable.escape("a\udb40\udc41b")).isEqualTo("a\\udb40\\udc41b");
    }

    @Test
    void halfOfAPair_isEscapedAndNotTheWhole() {
        assertThat(Printable.escape("\ud83d")).isEqualTo("\\ud83d");
        assertThat(Printable.escape("\ude00\ud83d\ude00")).isEqualTo("\\ude00\ud83d\ude00");
        assertThat(Printable.shorten("ab\ud83d\ude00", 3)).isEqualTo("ab...");
    }
}
