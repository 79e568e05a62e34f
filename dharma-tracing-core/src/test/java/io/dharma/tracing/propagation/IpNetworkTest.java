package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses and networks as text. */
class IpNetworkTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,        10.255.0.1,               true",
        "10.0.0.0/8,        11.0.0.1,                 false",
        "10.0.0.0/8,        ::ffff:10.1.2.3,          true",
        "10.0.0.0/8,        ::ffff:a01:203,           true",
        "10.0.0.0/8,        [::ffff:10.1.2.3],        true",
        "10.0.0.0/8,        ::10.1.2.3,               false",
        "172.16.0.0/12,     172.31.255.255,           true",
        "172.16.0.0/12,     172.32.0.0,               false",
        "192.0.2.0/25,      192.0.2.127,              true",
        "192.0.2.0/25,      192.0.2.128,              false",
        "192.0.2.7,         192.0.2.7,                true",
        "192.0.2.7,         192.0.2.6,                false",
        "192.0.2.7/32,      192.0.2.7,                true",
        "0.0.0.0/0,         255.255.255.255,          true",
        "0.0.0.0/0,         ::1,                      false",
        "::/0,              2001:db8::1,              true",
        "::/0,              192.0.2.1,                false",
        "::ffff:10.0.0.0/104, 10.1.2.3,               true",
        "::ffff:0:0/96,     192.0.2.1,                true",
        "fd00::/8,          fd12:3456::1,             true",
        "fd00::/8,          FD12:3456::1,             true",
        "fd00::/8,          fe00::1,                  false",
        "fe80::/10,         fe80::1%eth0,             true",
        "fe80::/10,         [febf::1%2],              true",
        "fe80::/10,         fec0::1,                  false",
        "::1,               0:0:0:0:0:0:0:1,          true",
        "::1,               [0:0:0:0:0:0:0:1],        true",
        "::1/128,           ::2,                      false",
        "2001:db8::/33,     2001:db8:7fff::,          true",
        "2001:db8::/33,     2001:db8:8000::,          false"
    })
    void address_isInTheNetwork(String network, String address, boolean inside) {
        IpAddress read = IpAddress.ofPeer(address);

        assertThat(read).isNotNull();
        assertThat(IpNetwork.of(network).contains(read)).isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "example.com",
                "10.0.0",
                "10.1",
                "10.0.0.0.1",
                "10.0.0.256",
                "10.0.0.01",
                "010.0.0.1",
                "0x0a.0.0.1",
                "167772161",
                "10.0.0.-1",
                "10.0.0.+1",
                " 10.0.0.1",
                "10.0.0.1 ",
                "10.0.0.1:80",
                "10.0.0.1%eth0",
                "[10.0.0.1]",
                "10..0.1",
                "1\u0660.0.0.1",
                ":",
                ":::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7::8",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "g::",
                "\uff11::",
                "1:2:3:4:5:6:7:",
                ":1:2:3:4:5:6:7",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "::1.2.3",
                "[::1",
                "::1]",
                "[::1]:80",
                "fe80::1/64",
                "::\u0000"
            })
    void text_isNoAddress(String text) {
        assertThat(IpAddress.ofPeer(text)).isNull();
    }

    @Test
    void longText_isNoAddress() {
        assertThat(IpAddress.ofPeer(null)).isNull();
        assertThat(IpAddress.ofPeer("1:".repeat(1 << 20))).isNull();
        assertThat(IpAddress.ofPeer("::1%" + "z".repeat(1 << 20))).isNull();
    }

    @Test
    void addresses_areReadAsTheJdkReadsThem() throws UnknownHostException {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int i = 0; i < bytes.length; i++) {
                // Zeros, so that there are gaps and short groups.
                bytes[i] = random.nextInt(3) == 0 ? bytes[i] : 0;
            }
            String text = InetAddress.getByAddress(bytes).getHostAddress();

            IpAddress read = IpAddress.of(text);

            assertThat(read).as(text).isNotNull();
            assertThat(read.bytes())
                    .as(text)
                    .isEqualTo(InetAddress.getByAddress(bytes).getAddress());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/08",
                "10.0.0.0/8/8",
                "::/129",
                "example.com/8",
                "10.0.0.0/255.0.0.0",
                "10.0.0.0/99999999999",
                "fe80::1%eth0/64",
                "/8"
            })
    void text_isNoNetwork(String text) {
        assertThatThrownBy(() -> IpNetwork.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is no network, must be like 10.0.0.0/8, fd00::/8 or 192.0.2.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.2.3/8", "192.0.2.1/31", "fd00::1/8", "::ffff:10.0.0.1/104"})
    void networkWithBitsBehindItsPrefix_isRefused(String text) {
        assertThatThrownBy(() -> IpNetwork.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be the first address of the network");
    }

    @Test
    void callers_areTrustedByTheNetworkTheyConnectFrom() {
        TrustedCallers callers = TrustedCallers.inNetworks(List.of("10.0.0.0/8", "fd00::/8"));

        assertThat(callers.include("10.9.8.7")).isTrue();
        assertThat(callers.include("fd00::7")).isTrue();
        assertThat(callers.include("192.0.2.1")).isFalse();
        assertThat(callers.include("gateway.internal")).isFalse();
        assertThat(callers.include(null)).isFalse();
        assertThat(TrustedCallers.anyone().include(null)).isTrue();
        assertThat(TrustedCallers.nobody().include("10.9.8.7")).isFalse();
        assertThatThrownBy(() -> TrustedCallers.inNetworks(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThat(List.of(TrustedCallers.anyone(), TrustedCallers.nobody(), callers))
                .extracting(Object::toString)
                .containsExactly("VALID", "NEVER", "NETWORKS [10.0.0.0/8, fd00::/8]");
    }
}
