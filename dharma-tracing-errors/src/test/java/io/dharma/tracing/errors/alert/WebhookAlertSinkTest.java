package io.dharma.tracing.errors.alert;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.errors.alert.HookServer.Request;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.SinkState;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.testsupport.LeakCheck;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class WebhookAlertSinkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String SECRET = "whsec_a-secret-of-tests";
    private static final String OTHER_SECRET = "whsec_the-one-before-it";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static WebhookAlertSink sink(String url, UnaryOperator<WebhookAlertSink.Builder> settings) {
        WebhookAlertSink.Builder builder = WebhookAlertSink.builder(url, SECRET);
        return settings.apply(builder.clock(Clock.fixed(NOW, ZoneOffset.UTC))).build();
    }

    private static Delivery deliver(WebhookAlertSink sink, Alert... alerts) {
        try {
            return sink.deliver(List.of(alerts)).toCompletableFuture().join();
        } finally {
            sink.close(Duration.ZERO);
        }
    }

    /** As whoever receives it would, from the documentation alone. */
    private static boolean isSignedWith(String secret, Request request) throws GeneralSecurityException {
        String[] parts = request.header("X-Dharma-Signature").split(",", -1);
        String time = parts[0].substring("t=".length());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        byte[] expected = mac.doFinal((time + "." + new String(request.body(), UTF_8)).getBytes(UTF_8));
        String digits = String.format("%064x", new BigInteger(1, expected));
        return Arrays.asList(parts).subList(1, parts.length).contains("v1=" + digits);
    }

    @Test
    void alert_isPostedAsJsonWithItsIdAndSignature() throws Exception {
        try (HookServer server = new HookServer()) {
            Alert spike = SampleAlerts.spike();

            assertThat(deliver(sink(server.url(), settings -> settings.header("Authorization", "Bearer t")), spike))
                    .isEqualTo(Delivery.delivered());

            Request request = server.next();
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/hooks/s3cret-path");
            assertThat(request.body()).isEqualTo(spike.toJson());
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            assertThat(request.header("Authorization")).isEqualTo("Bearer t");
            assertThat(request.header("X-Dharma-Alert-Id")).isEqualTo(spike.id());
            assertThat(request.header("X-Dharma-Signature")).matches("t=" + NOW.getEpochSecond() + ",v1=[0-9a-f]{64}");
            assertThat(isSignedWith(SECRET, request)).isTrue();
            assertThat(isSignedWith(OTHER_SECRET, request)).isFalse();
        }
    }

    @Test
    void requestWhileSecretsChange_isSignedWithBoth() throws Exception {
        try (HookServer server = new HookServer()) {
            deliver(sink(server.url(), settings -> settings.alsoSignedWith(OTHER_SECRET)), SampleAlerts.spike());

            Request request = server.next();
            assertThat(isSignedWith(SECRET, request)).isTrue();
            assertThat(isSignedWith(OTHER_SECRET, request)).isTrue();
        }
    }

    @Test
    void alertThatWasNotTaken_isSentAgainWithTheSameId() throws Exception {
        try (HookServer server = new HookServer(500, 200);
                ErrorAlerts alerts = ErrorAlerts.builder(SampleErrors.CHECKOUT)
                        .sink(sink(server.url(), settings -> settings))
                        .build()) {
            alerts.isNew(SampleAlerts.group("v1-a"));

            Request first = server.next();
            Request second = server.next();
            assertThat(alerts.flush(PATIENCE)).isTrue();
            assertThat(server.requests()).hasSize(2);
            assertThat(second.header("X-Dharma-Alert-Id")).isEqualTo(first.header("X-Dharma-Alert-Id"));
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(isSignedWith(SECRET, second)).isTrue();
            SinkStats stats = alerts.pipelineStats().sinks().get(0);
            assertThat(stats.delivered()).isEqualTo(1);
            assertThat(stats.lastError()).contains("answered HTTP 500").doesNotContain("s3cret", SECRET);
        }
    }

    @Test
    void redirect_isNotFollowedAndSomebodyHasToAct() throws Exception {
        try (HookServer elsewhere = new HookServer();
                HookServer server = new HookServer(307);
                ErrorAlerts alerts = ErrorAlerts.builder(SampleErrors.CHECKOUT)
                        .sink(sink(server.url(), settings -> settings))
                        .build()) {
            server.redirectTo(elsewhere.url());
            alerts.isNew(SampleAlerts.group("v1-a"));
            server.next();

            assertThat(alerts.flush(Duration.ofSeconds(2))).isFalse();
            assertThat(elsewhere.requests()).isEmpty();
            assertThat(server.requests()).hasSize(1);
            SinkStats stats = alerts.pipelineStats().sinks().get(0);
            assertThat(stats.state()).isEqualTo(SinkState.PAUSED);
            assertThat(stats.lastError()).contains("redirects are not followed").doesNotContain("s3cret");
        }
    }

    @Test
    void batch_endsWithTheFirstThatIsNotTaken() {
        try (HookServer server = new HookServer(200, 503)) {
            Delivery delivery = deliver(
                    sink(server.url(), settings -> settings),
                    SampleAlerts.isNew("v1-a"),
                    SampleAlerts.isNew("v1-b"),
                    SampleAlerts.isNew("v1-c"));

            assertThat(delivery).isInstanceOf(Delivery.Retry.class);
            assertThat(server.requests()).hasSize(2);
        }
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                refused("http://hooks.example.com/", "must be https unless plainHttp is allowed", settings -> settings),
                refused(
                        "https://evil.example.net/",
                        "the webhook's host is evil.example.net, allowed is [hooks.example.com]",
                        settings -> settings.allowedHosts("hooks.example.com")),
                refused(
                        "https://hooks.example.com.evil.net/",
                        "allowed is [hooks.example.com]",
                        settings -> settings.allowedHosts("hooks.example.com")),
                refused(
                        "http://127.0.0.1:9/",
                        "allowed is [hooks.example.com]",
                        settings -> settings.allowedHosts("hooks.example.com")),
                refused("https://169.254.169.254/latest/", "not public", settings -> settings),
                refused("https://169.254.169.254/", "link-local", settings -> settings.privateAddresses(true)),
                refused("https://10.1.2.3/", "not public", settings -> settings),
                refused("https://[fd00:ec2::254]/", "not public", settings -> settings));
    }

    private static Arguments refused(String url, String message, UnaryOperator<WebhookAlertSink.Builder> settings) {
        return Arguments.of(url, message, settings);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("refused")
    void urlThatLeadsWhereItMayNot_isRefused(
            String url, String message, UnaryOperator<WebhookAlertSink.Builder> settings) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sink(url, settings))
                .withMessageContaining(message);
    }

    @Test
    void urlThatLeadsWhereItMay_isTaken() {
        List<WebhookAlertSink> allowed = List.of(
                sink("https://Hooks.example.com/", settings -> settings.allowedHosts("hooks.EXAMPLE.com")),
                sink("https://hooks.example.com/", settings -> settings),
                sink("http://localhost:8080/", settings -> settings),
                sink("http://[::1]:8080/", settings -> settings),
                sink("https://10.1.2.3/", settings -> settings.privateAddresses(true)),
                sink("http://hooks.internal/", settings -> settings.plainHttp(true)));
        allowed.forEach(sink -> sink.close(Duration.ZERO));
        assertThat(allowed).hasSize(6);
    }

    @Test
    void shortSecret_isRefusedWithoutRepeatingIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebhookAlertSink.builder("https://hooks.example.com/", "hunter2"))
                .withMessage("the webhook's secret has 7 characters, must have at least 16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Pager Duty", "a\nb", "-----------------------------------------"})
    void wrongName_isRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sink("https://hooks.example.com/", settings -> settings.name(name)))
                .withMessageContaining("must have 1 to 40 lower-case letters, digits and '-'");
    }

    @Test
    void text_hasNoSecrets() {
        WebhookAlertSink sink = sink(
                "https://hooks.example.com/T0/s3cret-path?k=s3cret",
                settings -> settings.name("chat").header("Authorization", "Bearer s3cret"));
        sink.close(Duration.ZERO);

        assertThat(sink.name()).isEqualTo("chat");
        assertThat(sink.toString())
                .contains("chat", "hooks.example.com", "Authorization")
                .doesNotContain("s3cret", SECRET, "Bearer");
    }
}
