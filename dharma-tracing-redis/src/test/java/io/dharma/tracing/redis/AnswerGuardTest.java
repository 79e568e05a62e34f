package io.dharma.tracing.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerGuardTest {

    private final EmbeddedChannel connection = new EmbeddedChannel(new AnswerGuard());

    private boolean passes(String said) {
        ByteBuf bytes = Unpooled.copiedBuffer(said, US_ASCII);
        connection.pipeline().fireChannelRead(bytes);
        ByteBuf read = connection.readInbound();
        assertThat(connection.isOpen()).isEqualTo(read != null);
        if (read == null) {
            assertThat(bytes.refCnt()).as("released").isZero();
            return false;
        }
        assertThat(read.toString(US_ASCII)).isEqualTo(said);
        return read.release();
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    @Test
    void answers_passAsTheyCameHoweverTheyAreCut() {
        String all = lines("+OK", ":12", "-ERR no -5", "$5", "*9999", "$-1", "*-1", "*2", "*0", "$3", "a", "b", "%1")
                + lines("+a", "_", "~1", "#t", ">2", "+invalidate", ",1.5", "HTTP/1.1 400 Bad Request");
        assertThat(passes(all)).isTrue();
        for (int i = 0; i < all.length(); i++) {
            assertThat(passes(all.substring(i, i + 1))).isTrue();
        }
    }

    @Test
    void elements_andBytesAreCountedAnewForEachAnswer() {
        String page = lines("*" + (AnswerGuard.MAX_ELEMENTS - 2), "*2", ":1", ":2")
                + ":1\r\n".repeat(AnswerGuard.MAX_ELEMENTS - 3);
        String value = lines("$" + (AnswerGuard.MAX_BYTES / 2), "x".repeat(AnswerGuard.MAX_BYTES / 2));

        for (int i = 0; i < 3; i++) {
            assertThat(passes(page)).isTrue();
            assertThat(passes(value)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*2147483000\r\n",
                "*99999999999999999999\r\n",
                "%60000\r\n",
                "~100001\r\n",
                ">2147483000\r\n",
                "$8388608\r\n",
                "$2147483647\r\n",
                "=9000000\r\n",
                "!9000000\r\n",
                "*2\r\n:1\r\n*2147483000\r\n",
                "*60000\r\n*60000\r\n"
            })
    void connection_isClosedAsSoonAsTooMuchIsAnnounced(String announced) {
        assertThat(passes("+OK\r\n")).isTrue();
        assertThat(passes(announced)).isFalse();
    }

    @Test
    void connection_isClosedWhenALineDoesNotEnd() {
        assertThat(passes("-" + "x".repeat(60_000))).isTrue();
        assertThat(passes("x".repeat(60_000))).isFalse();
    }

    @Test
    void connection_isClosedWhenManyValuesAreTooMuchTogether() {
        String value = lines("$1000000", "x".repeat(1_000_000));
        assertThat(passes("*1000\r\n")).isTrue();
        for (int i = 0; i < 8; i++) {
            assertThat(passes(value)).isTrue();
        }
        assertThat(passes(value)).isFalse();
    }
}
