package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRuleTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.9.1",
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.100.100.200",
                "192.0.0.192",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fec0::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "::ffff:10.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254"
            })
    void public_refusesWhatIsNot(String address) throws UnknownHostException {
        assertThat(AddressRule.PUBLIC.allows(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.9.9.9",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.0.1.1",
                "192.169.0.1",
                "2606:4700::1111",
                "64:ff9b::1.1.1.1"
            })
    void public_allowsWhatIs(String address) throws UnknownHostException {
        assertThat(AddressRule.PUBLIC.allows(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void linkLocal_isRefusedByAllRulesButOne() throws UnknownHostException {
        InetAddress metadata = InetAddress.getByName("169.254.169.254");
        assertThat(AddressRule.ANY.allows(metadata)).isTrue();
        assertThat(AddressRule.NOT_LINK_LOCAL.allows(metadata)).isFalse();
        assertThat(AddressRule.NOT_LINK_LOCAL.allows(InetAddress.getByName("10.0.0.1")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://10.0.0.1/", "https://[fd00::1]/", "https://127.0.0.1/", "https://2130706433/"})
    void endpointForPublicAddresses_refusesOthersThatItsUrlIsWrittenWith(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> HttpEndpoint.builder(url).publicAddressesOnly().build())
                .withMessageContaining("not public");
        assertThat(HttpEndpoint.of(url).uri()).hasToString(url);
    }

    @Test
    void endpoint_knowsWhetherItIsWrittenAsThisMachine() {
        assertThat(HttpEndpoint.of("http://localhost:80/").isLoopback()).isTrue();
        assertThat(HttpEndpoint.of("http://127.0.0.9/").isLoopback()).isTrue();
        assertThat(HttpEndpoint.of("http://[::1]/").isLoopback()).isTrue();
        assertThat(HttpEndpoint.of("http://localhost.example.com/").isLoopback())
                .isFalse();
        assertThat(HttpEndpoint.of("http://10.0.0.1/").isLoopback()).isFalse();
    }
}
