package io.dharma.tracing.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.redis.ClusterMap.Redirect;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterMapTest {

    private static final Node ASKED = new Node("one", 6379);

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "redis-2.example", "::1", "fe80::1%eth0"})
    void node_isWhereItsHostCanBe(String host) {
        assertThat(ClusterMap.node(List.of(host.getBytes(UTF_8), 7000L), ASKED)).isEqualTo(new Node(host, 7000));
        assertThat(Redirect.of("MOVED 12 " + host + ":7000", ASKED))
                .isEqualTo(new Redirect(true, 12, new Node(host, 7000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?"})
    void node_withoutAHostIsWhereItWasAsked(String host) {
        assertThat(ClusterMap.node(List.of(host.getBytes(UTF_8), 7000L), ASKED)).isEqualTo(new Node("one", 7000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/b", "user@host", "\u0000", "h\u00f6st", "[::1]", "$(id)", "-:x"})
    void node_whoseHostIsNoneIsLeftOut(String host) {
        assertThat(ClusterMap.node(List.of(host.getBytes(UTF_8), 7000L), ASKED)).isNull();
        assertThat(Redirect.of("MOVED 12 " + host + ":7000", ASKED)).isNull();
    }

    @Test
    void node_whoseHostIsLongerThanNamesAreIsLeftOut() {
        assertThat(ClusterMap.node(List.of("x".repeat(256).getBytes(UTF_8), 7000L), ASKED))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"0", "65536", "-1"})
    void node_whosePortIsNoneIsLeftOut(long port) {
        assertThat(ClusterMap.node(List.of("two".getBytes(UTF_8), port), ASKED)).isNull();
        assertThat(Redirect.of("ASK 12 two:" + port, ASKED)).isNull();
    }
}
