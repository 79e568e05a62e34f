package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpEndpointTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "collector:4318",
                "ftp://collector/",
                "file:///etc/passwd",
                "http://",
                "http://my_collector:4318/",
                "http://a b/",
                "http://collector/#top",
                "javascript:alert(1)"
            })
    void endpoint_refusesWhatIsNoHttpUrl(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpEndpoint.of(url))
                .withMessageContaining("The endpoint '")
                .withMessageContaining("for example http://localhost:4318/v1/traces");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://alice:s3cret@collector/v1/traces",
                "https://alice:s3cret@colle ctor/",
                "https://s3cret@collector/",
                "https://x:s3cret@a@collector/",
                "ftp://alice:s3cret@collector/?k=s3cret",
                "https://alice:s3cret?@collector/",
                "https://alice:a/s3cret@collector/",
                "alice:s3cret@collector/?u=http://collector/"
            })
    void endpoint_refusesCredentialsInTheUrlWithoutRepeatingThem(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpEndpoint.of(url))
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret", "alice"));
    }

    /** Some receivers are told their key there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://collector/s3cret#top",
                "https://colle ctor/s3cret",
                "https://my_collector:4318/s3cret?k=s3cret",
                "ftp://collector/s3cret",
                "collector:4318/s3cret",
                "https:///s3cret",
                "http://169.254.169.254/s3cret"
            })
    void endpoint_isRefusedWithoutRepeatingItsPath(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpEndpoint.of(url))
                .withMessageContaining("The endpoint '")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest",
                "http://169.254.0.1:4318/",
                "http://[fe80::1]:4318/",
                "http://[::ffff:169.254.169.254]/",
                "http://2852039166/"
            })
    void endpoint_refusesLinkLocalAddressesUnlessAllowed(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpEndpoint.of(url))
                .withMessageContaining("link-local");

        assertThat(HttpEndpoint.builder(url).allowLinkLocal(true).build().uri()).hasToString(url);
    }

    @Test
    void endpoint_takesLoopbackAndPrivateAddresses() {
        assertThat(HttpEndpoint.of("http://127.0.0.1:4318/v1/traces").where()).isEqualTo("127.0.0.1:4318");
        assertThat(HttpEndpoint.of("https://10.0.0.7/v1/traces").where()).isEqualTo("10.0.0.7:443");
        assertThat(HttpEndpoint.of("http://[::1]/").where()).isEqualTo("[::1]:80");
    }

    @Test
    void header_refusesWhatWouldSplitTheRequestWithoutRepeatingTheValue() {
        HttpEndpoint.Builder builder = HttpEndpoint.builder("http://localhost:4318/");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.header("x-key", "s3cret\r\nHost: evil"))
                .withMessageContaining("'x-key'")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.header("x key", "v"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.header("", "v"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.header("x-key", "\u0000"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.header("Content-Length", "1"))
                .withMessageContaining("set by the exporter itself");
    }

    @Test
    void settings_refuseWhatMakesNoSense() {
        HttpEndpoint.Builder builder = HttpEndpoint.builder("http://localhost:4318/");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.timeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.gzipLevel(10));
    }

    @Test
    void toString_showsTheSettingsButNoSecret() {
        HttpEndpoint endpoint = HttpEndpoint.builder("https://collector/s3cret/v1/traces?token=s3cret")
                .header("x-api-key", "s3cret")
                .gzip(false)
                .build();

        assertThat(endpoint.toString())
                .isEqualTo("HttpEndpoint{https://collector/..., headers=[x-api-key], gzip=off, timeout=PT5S,"
                        + " tls=default}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/traces?token=me@s3cret", "/ingest/me@s3cret/v1", "/v1?a=b/c@s3cret"})
    void toString_takesNothingBehindTheHostForTheHost(String pathAndQuery) {
        HttpEndpoint endpoint =
                HttpEndpoint.builder("https://collector:4318" + pathAndQuery).build();

        assertThat(endpoint.toString()).contains("{https://collector:4318/...,");
    }

    @ParameterizedTest
    @CsvSource({
        "http://collector:4318, http://collector:4318/v1/traces",
        "http://collector:4318/, http://collector:4318/v1/traces",
        "https://gateway/otel, https://gateway/otel/v1/traces",
        "https://gateway/otel/, https://gateway/otel/v1/traces",
        "https://gateway/otel?tenant=a, https://gateway/otel/v1/traces?tenant=a",
        "' http://collector:4318 ', http://collector:4318/v1/traces"
    })
    void signal_appendsItsPathToTheBase(String base, String expected) {
        assertThat(OtlpSignal.TRACES.endpoint(base)).isEqualTo(expected);
    }

    @Test
    void signals_havePathsOfTheirOwn() {
        assertThat(OtlpSignal.METRICS.endpoint("http://c")).isEqualTo("http://c/v1/metrics");
        assertThat(OtlpSignal.LOGS.endpoint("http://c")).isEqualTo("http://c/v1/logs");
    }
}
