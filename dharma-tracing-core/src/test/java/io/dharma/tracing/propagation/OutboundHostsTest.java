package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundHostsTest {

    private final OutboundHosts hosts =
            OutboundHosts.of(List.of("api.acme.com", "*.acme.net", "198.51.100.0/24", "[2001:db8::7]", "203.0.113.9"));

    @ParameterizedTest
    @CsvSource({
        "api.acme.com,            true",
        "API.Acme.COM,            true",
        "api.acme.com.,           true",
        "api.acme.com..,          false",
        "acme.com,                false",
        "x.api.acme.com,          false",
        "api.acme.com.evil.org,   false",
        "apiXacme.com,            false",
        "stock.acme.net,          true",
        "a.b.acme.net,            true",
        "acme.net,                false",
        "evilacme.net,            false",
        ".acme.net,               false",
        "stock.acme.net.evil.org, false",
        "stock.acme.net:443,      false",
        "user@stock.acme.net,     false",
        "evil.org/.acme.net,      false",
        "evil.org?.acme.net,      false",
        "evil.org#.acme.net,      false",
        "198.51.100.77,           true",
        "::ffff:198.51.100.77,    true",
        "198.51.101.1,            false",
        "2001:db8::7,             true",
        "[2001:DB8:0::7],         true",
        "2001:db8::8,             false",
        "203.0.113.9,             true",
        "203.0.113.009,           false",
        "'',                      false",
        "' ',                     false"
    })
    void host_isAllowed(String host, boolean allowed) {
        assertThat(hosts.include(host)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "stock,                    true",
        "stock-v2,                 true",
        "localhost,                true",
        "LOCALHOST,                true",
        "stock.shop.svc.cluster.local, true",
        "db.prod.internal,         true",
        "app.localhost,            true",
        "127.0.0.1,                true",
        "10.1.2.3,                 true",
        "172.20.0.2,               true",
        "192.168.1.1,              true",
        "::1,                      true",
        "[fd00::1],                true",
        "api.example.com,          false",
        "local,                    true",
        "internal.example.com,     false",
        "8.8.8.8,                  false",
        "172.32.0.1,               false",
        "169.254.169.254,          false",
        "fe80::1,                  false",
        "2001:db8::1,              false",
        "134744072,                false",
        "0x08080808,               false",
        "8.8.2056,                 false",
        "ai.,                      false",
        "ws.,                      false",
        "com.,                     false",
        "localhost.,               true",
        "Orders.Internal.,         true",
        "localhost.evil.com,       false",
        "10.0.0.1.evil.com,        false",
        "::ffff:10.1.2.3,          true",
        "::ffff:8.8.8.8,           false",
        "64:ff9b::808:808,         false",
        "localhost:80,             false",
        "evil.com%00.local,        false",
        "010.0.0.1,                false",
        "10.1,                     false",
        "[10.0.0.1],               false",
        "[localhost],              false"
    })
    void internal_isWhatCanOnlyBeOnesOwn(String host, boolean allowed) {
        assertThat(OutboundHosts.internal().include(host)).isEqualTo(allowed);
    }

    @Test
    void lookAlikes_areNotAllowed() {
        // A Kelvin sign, which becomes a k in lower case, and a Cyrillic a.
        assertThat(OutboundHosts.of(List.of("kafka.acme.com")).include("\u212aafka.acme.com"))
                .isFalse();
        assertThat(hosts.include("\u0430pi.acme.com")).isFalse();
        assertThat(hosts.include("api.acme.com\0")).isFalse();
        assertThat(hosts.include("api\u3002acme.com")).isFalse();
        assertThat(hosts.include("a".repeat(1 << 20) + ".acme.net")).isFalse();
    }

    @Test
    void topLevelDomain_isAllowedWhereItIsNamed() {
        assertThat(OutboundHosts.of(List.of("ai.")).include("AI.")).isTrue();
    }

    @Test
    void unknownHost_isAllowedOnlyWhereAllAre() {
        assertThat(OutboundHosts.of(List.of("*")).include(null)).isTrue();
        assertThat(OutboundHosts.of(List.of("*")).include("example.com")).isTrue();
        assertThat(OutboundHosts.internal().include(null)).isFalse();
        assertThat(hosts.include(null)).isFalse();
        assertThat(OutboundHosts.none().include("localhost")).isFalse();
    }

    @Test
    void listCanBeMadeLonger() {
        OutboundHosts more = OutboundHosts.internal().and(List.of("*.acme.com"));

        assertThat(more.include("stock")).isTrue();
        assertThat(more.include("api.acme.com")).isTrue();
        assertThat(more.include("api.example.com")).isFalse();
        assertThat(more.toString()).startsWith("names without a dot and [").endsWith(", *.acme.com]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "*.",
                "*acme.com",
                "a.*.com",
                "acme.*",
                "**",
                "https://acme.com",
                "acme.com:443",
                "acme..com",
                ".acme.com",
                "b\u00fccher.example",
                "10.1.2.3/8",
                "acme.com/8",
                "acme.com\n"
            })
    void text_isNoHost(String pattern) {
        assertThatThrownBy(() -> OutboundHosts.of(List.of(pattern)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be");
    }
}
