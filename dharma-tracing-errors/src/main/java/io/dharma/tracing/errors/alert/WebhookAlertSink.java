package io.dharma.tracing.errors.alert;

import io.dharma.tracing.export.HttpCourier;
import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.Printable;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Posts each alert as JSON ({@link Alert#toJson}) to a URL, signed.
 *
 * <p><b>For whoever receives them.</b> A request is a {@code POST} with {@code Content-Type: application/json} and
 *
 * <ul>
 *   <li>{@code X-Dharma-Alert-Id}: the alert's id. It is the same when an alert is sent again, which happens when the answer
 *       got lost; an id that was seen before can be left out.
 *   <li>{@code X-Dharma-Signature}: {@code t=<seconds since 1970>,v1=<signature>}, and one more {@code ,v1=...} for each
 *       further secret. A signature is the HMAC-SHA256, in lower-case hexadecimal digits, of the characters of {@code t}, a
 *       dot, and the bytes of the body, with the bytes of the secret (UTF-8) as the key. Compute it, compare it in constant
 *       time with each {@code v1}, and refuse what has none that is equal, or whose {@code t} is more than five minutes
 *       off; {@code t} is the time of sending, also when an alert is sent again.
 * </ul>
 *
 * <p>Any status of the 200s means that it was taken. After 408, 425, 429, the 500s, or no answer, it is sent again, with
 * growing pauses or as {@code Retry-After} says. Any other answer pauses the sink for five minutes at a time, since somebody
 * has to act, or drops the alert. Redirects are not followed.
 *
 * <p><b>Where it may lead.</b> Only to hosts that are {@linkplain Builder#allowedHosts allowed}, by https, and only to public
 * addresses, so that a URL that somebody else could influence reaches nothing inside; what a developer points at their own
 * machine is let through. Neither the secret nor the URL's path, which may be one, is in any log, health or text of this.
 *
 * <p>Any thread; never blocks. Opens nothing before the first alert.
 */
public final class WebhookAlertSink implements Sink<Alert> {

    /** The header with the signature. */
    public static final String SIGNATURE_HEADER = "X-Dharma-Signature";

    /** The header with the alert's id. */
    public static final String ID_HEADER = "X-Dharma-Alert-Id";

    private final String name;
    private final HttpEndpoint endpoint;
    private final HttpCourier courier;
    private final WebhookSignature signature;
    private final Clock clock;

    private WebhookAlertSink(Builder builder) {
        this.name = builder.name;
        this.endpoint = builder.endpoint();
        this.courier = new HttpCourier(endpoint, "application/json");
        this.signature = new WebhookSignature(builder.secrets);
        this.clock = builder.clock;
    }

    /**
     * Begins with where and the secret that the receiver knows as well.
     *
     * @param url {@code https://...}; {@code http} only for this machine, or where it is {@linkplain Builder#plainHttp
     *     allowed}
     * @param secret at least 16 characters, made by a generator of passwords, say
     * @throws IllegalArgumentException if that is no such URL, or the secret is shorter; the message repeats neither the
     *     secret nor the URL's path
     */
    public static Builder builder(String url, String secret) {
        return new Builder(url, secret);
    }

    /** {@code webhook}, unless {@link Builder#name} says otherwise. */
    @Override
    public String name() {
        return name;
    }

    /** One after another; if one is not taken, it and those after it are sent again. */
    @Override
    public CompletionStage<Delivery> deliver(List<Alert> batch) {
        CompletionStage<Delivery> delivery = CompletableFuture.completedFuture(Delivery.delivered());
        for (Alert alert : batch) {
            delivery = delivery.thenCompose(before ->
                    before instanceof Delivery.Delivered ? post(alert) : CompletableFuture.completedFuture(before));
        }
        return delivery;
    }

    private CompletionStage<Delivery> post(Alert alert) {
        byte[] body = alert.toJson();
        String signed = signature.of(body, clock.instant().getEpochSecond());
        return courier.carry(body, Map.of(ID_HEADER, alert.id(), SIGNATURE_HEADER, signed));
    }

    @Override
    public boolean isNonBlocking() {
        return courier.isNonBlocking();
    }

    /** Cuts off what is under way. */
    @Override
    public void close(Duration deadline) {
        courier.close();
    }

    /** Host and settings, without the secret, the URL's path and the values of headers. */
    @Override
    public String toString() {
        return "WebhookAlertSink{" + name + ", " + endpoint + "}";
    }

    /** Collects the settings of one sink; for one thread. */
    public static final class Builder {

        private static final int SHORTEST_SECRET = 16;

        private final HttpEndpoint.Builder http;
        private final HttpEndpoint given;
        private final List<String> secrets = new ArrayList<>();
        private final Set<String> allowedHosts = new TreeSet<>();
        private String name = "webhook";
        private boolean plainHttp;
        private boolean privateAddresses;
        private Clock clock = Clock.systemUTC();

        private Builder(String url, String secret) {
            this.http = HttpEndpoint.builder(url).gzip(false);
            // Which addresses are refused is decided when all settings are known.
            this.given = HttpEndpoint.builder(url).allowLinkLocal(true).build();
            alsoSignedWith(secret);
        }

        /**
         * Has requests signed with one more secret, while receivers change from one to the other.
         *
         * @throws IllegalArgumentException if it has fewer than 16 characters
         */
        public Builder alsoSignedWith(String secret) {
            if (Objects.requireNonNull(secret, "secret").length() < SHORTEST_SECRET) {
                throw new IllegalArgumentException("the webhook's secret has " + secret.length()
                        + " characters, must have at least " + SHORTEST_SECRET);
            }
            secrets.add(secret);
            return this;
        }

        /**
         * To which hosts alerts may go, for where the URL comes from somebody else than this list. Names as in a URL, upper
         * and lower case being the same. Added to those given before; by default it is the URL's own host.
         */
        public Builder allowedHosts(String... hosts) {
            for (String host : hosts) {
                allowedHosts.add(host.trim().toLowerCase(Locale.ROOT));
            }
            return this;
        }

        /** Allows http, by which everybody on the way can read alerts, to other machines than this one. Default false. */
        public Builder plainHttp(boolean isAllowed) {
            plainHttp = isAllowed;
            return this;
        }

        /**
         * Allows addresses of private networks, such as 10.0.0.0/8, for a receiver of your own. Default false. Link-local
         * ones, such as 169.254.169.254, where clouds serve credentials, are refused in any case.
         */
        public Builder privateAddresses(boolean areAllowed) {
            privateAddresses = areAllowed;
            return this;
        }

        /**
         * Adds a header to each request, such as a token that a gateway wants; the last value of a name counts. Default
         * none.
         *
         * @throws IllegalArgumentException as {@link HttpEndpoint.Builder#header} says
         */
        public Builder header(String headerName, String value) {
            http.header(headerName, value);
            return this;
        }

        /** How long one request may take. Default 5 s; the pipeline does not wait longer than that either. */
        public Builder timeout(Duration timeout) {
            http.timeout(timeout);
            return this;
        }

        /** Whom to trust and what to show. Default: the JDK's settings. */
        public Builder tls(TlsSettings tls) {
            http.tls(tls);
            return this;
        }

        /**
         * What it is called in health and log; needed where there are several. Default {@code webhook}.
         *
         * @throws IllegalArgumentException unless it has 1 to 40 lower-case letters, digits and '-'
         */
        public Builder name(String newName) {
            if (!newName.matches("[a-z0-9-]{1,40}")) {
                throw new IllegalArgumentException("the webhook's name is '" + Printable.shorten(newName, 40)
                        + "', must have 1 to 40 lower-case letters, digits and '-'");
            }
            name = newName;
            return this;
        }

        /** For tests. */
        Builder clock(Clock newClock) {
            clock = newClock;
            return this;
        }

        /**
         * Makes the sink; opens nothing, and looks nothing up.
         *
         * @throws IllegalArgumentException if the URL leads where it may not; the message names the host and what would
         *     allow it
         */
        public WebhookAlertSink build() {
            return new WebhookAlertSink(this);
        }

        private HttpEndpoint endpoint() {
            String host = given.uri().getHost().toLowerCase(Locale.ROOT);
            if (!allowedHosts.isEmpty() && !allowedHosts.contains(host)) {
                throw new IllegalArgumentException("the webhook's host is " + host + ", allowed is " + allowedHosts);
            }
            if (!given.isSecure() && !given.isLoopback() && !plainHttp) {
                throw new IllegalArgumentException(
                        "the webhook's URL for " + host + " is http, must be https unless plainHttp is allowed");
            }
            if (!privateAddresses && !given.isLoopback()) {
                http.publicAddressesOnly();
            }
            return http.build();
        }
    }
}
