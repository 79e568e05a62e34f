package io.dharma.tracing.export;

import io.dharma.tracing.spi.Printable;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a sink sends to, and how: the URL, the headers, compression, the deadline and TLS.
 *
 * <p>Immutable and safe for any thread. Sinks whose endpoints have equal TLS settings share their connections and
 * threads. Nothing is opened, looked up or started before the first batch is sent.
 *
 * <pre>{@code
 * HttpEndpoint collector = HttpEndpoint.builder("https://collector:4318/v1/traces")
 *     .header("x-api-key", key)
 *     .timeout(Duration.ofSeconds(3))
 *     .build();
 * }</pre>
 */
public final class HttpEndpoint {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    /** Level 6 costs three to four times the CPU of level 1 for a few percent fewer bytes. */
    private static final int DEFAULT_GZIP_LEVEL = 1;

    private static final Supplier<Map<String, String>> NO_HEADERS = Map::of;

    private final URI uri;
    private final Map<String, String> headers;
    private final Supplier<Map<String, String>> headersSupplier;
    private final int gzipLevel;
    private final Duration timeout;
    private final @Nullable TlsSettings tls;
    private final AddressRule addressRule;

    private HttpEndpoint(Builder builder) {
        this.uri = builder.uri;
        this.headers = Collections.unmodifiableMap(copy(builder.headers));
        this.headersSupplier = builder.headersSupplier;
        this.gzipLevel = builder.gzipLevel;
        this.timeout = builder.timeout;
        this.tls = builder.tls;
        this.addressRule = builder.addressRule;
    }

    /** The endpoint at this URL with every default. */
    public static HttpEndpoint of(String url) {
        return builder(url).build();
    }

    /**
     * Begins an endpoint.
     *
     * @param url taken as it is, path included; see {@link OtlpSignal#endpoint} for a collector's base URL
     * @throws IllegalArgumentException unless it is an {@code http} or {@code https} URL with a host and without user
     *     name or password; the message never repeats those
     */
    public static Builder builder(String url) {
        return new Builder(parse(url));
    }

    /** Where it sends to. */
    public URI uri() {
        return uri;
    }

    Map<String, String> headers() {
        return headers;
    }

    Supplier<Map<String, String>> headersSupplier() {
        return headersSupplier;
    }

    boolean hasHeadersSupplier() {
        return headersSupplier != NO_HEADERS;
    }

    int gzipLevel() {
        return gzipLevel;
    }

    Duration timeout() {
        return timeout;
    }

    /** Null for the JDK's own settings, and always for cleartext, so that all cleartext endpoints share one client. */
    @Nullable
    TlsSettings tls() {
        return isSecure() ? tls : null;
    }

    AddressRule addressRule() {
        return addressRule;
    }

    /** Whether the host is written as this machine: {@code localhost}, or a loopback address. Looks nothing up. */
    public boolean isLoopback() {
        return NameLookup.isLoopback(uri.getHost());
    }

    /** Whether it is {@code https}. */
    public boolean isSecure() {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /** Host and port, for messages: paths and queries may carry an API key. */
    String where() {
        return uri.getHost() + ":" + (uri.getPort() != -1 ? uri.getPort() : isSecure() ? 443 : 80);
    }

    /** The settings, for a bug report: names of headers but not their values, and of the URL neither path nor query. */
    @Override
    public String toString() {
        return "HttpEndpoint{" + withoutSecrets(uri.toString()) + ", headers=" + headers.keySet() + ", gzip="
                + (gzipLevel == 0 ? "off" : "level " + gzipLevel) + ", timeout=" + timeout + ", tls="
                + (tls == null ? "default" : tls) + "}";
    }

    private static URI parse(String url) {
        Objects.requireNonNull(url, "url");
        URI uri;
        try {
            uri = new URI(url.trim());
        } catch (URISyntaxException e) {
            throw invalid(url, "is not a URL");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw invalid(url, "must start with http:// or https://");
        }
        if (uri.getRawUserInfo() != null
                || String.valueOf(uri.getRawAuthority()).contains("@")) {
            throw invalid(url, "must not hold a user name or password; send them as a header");
        }
        if (uri.getHost() == null) {
            throw invalid(url, "has no valid host name (letters, digits, '-' and '.', or an IP address)");
        }
        if (uri.getRawFragment() != null) {
            throw invalid(url, "must not have a fragment (#...)");
        }
        return uri;
    }

    private static IllegalArgumentException invalid(String url, String problem) {
        return new IllegalArgumentException("The endpoint '" + Printable.escape(withoutSecrets(url)) + "' " + problem
                + ", for example http://localhost:4318/v1/traces");
    }

    /** Scheme, host and port. Path and query may hold a key, and what stands before an @ a password. */
    static String withoutSecrets(String url) {
        int authority = endOfScheme(url);
        int credentials = url.substring(0, hasHost(url) ? endOfHost(url, authority) : url.length())
                .lastIndexOf('@');
        int host = Math.max(authority, credentials + 1);
        int end = endOfHost(url, host);
        boolean more = end < url.length() && !url.substring(end).equals("/");
        return url.substring(0, authority)
                + (host > authority ? "...@" : "")
                + url.substring(host, end)
                + (more ? "/..." : "");
    }

    /** If not, it is anybody's guess what is what: a password that was not encoded may hold any of /?#. */
    private static boolean hasHost(String url) {
        try {
            return new URI(url).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Where what follows {@code ://} begins; 0 if the URL does not begin with a scheme. */
    private static int endOfScheme(String url) {
        int end = 0;
        while (end < url.length() && isSchemePart(url.charAt(end))) {
            end++;
        }
        return url.startsWith("://", end) ? end + "://".length() : 0;
    }

    private static boolean isSchemePart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "+-.".indexOf(c) >= 0;
    }

    private static int endOfHost(String url, int from) {
        int end = from;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static Map<String, String> copy(Map<String, String> headers) {
        Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(headers);
        return copy;
    }

    /** Collects the settings of one endpoint; for one thread. */
    public static final class Builder {

        private static final List<String> OURS = List.of(
                "content-type", "content-encoding", "content-length", "host", "connection", "expect", "upgrade");

        private final URI uri;
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private Supplier<Map<String, String>> headersSupplier = NO_HEADERS;
        private int gzipLevel = DEFAULT_GZIP_LEVEL;
        private Duration timeout = DEFAULT_TIMEOUT;
        private @Nullable TlsSettings tls;
        private AddressRule addressRule = AddressRule.NOT_LINK_LOCAL;

        private Builder(URI uri) {
            this.uri = uri;
        }

        /**
         * Adds a header to every request; none by default. The last value of a name wins.
         *
         * @throws IllegalArgumentException if HTTP does not allow the name or value, or the name is one that we set
         *     ourselves; the message names the header, never its value
         */
        public Builder header(String name, String value) {
            if (!HttpText.isToken(name)) {
                throw new IllegalArgumentException(
                        "'" + Printable.escape(name) + "' is not a name of an HTTP header (letters, digits and '-')");
            }
            if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("The header '" + name + "' is set by the exporter itself");
            }
            if (!HttpText.isFieldValue(value)) {
                throw new IllegalArgumentException("The value of the header '" + name
                        + "' has characters that HTTP does not allow (visible ASCII and spaces are)");
            }
            headers.put(name, value);
            return this;
        }

        /** Adds each of these; see {@link #header}. */
        public Builder headers(Map<String, String> headers) {
            headers.forEach(this::header);
            return this;
        }

        /**
         * Asks for further headers before each request, for tokens that expire; they win over the fixed ones. Called
         * on the sink's worker, which waits for it. If it throws, the batch is kept and tried again later.
         */
        public Builder headersSupplier(Supplier<Map<String, String>> supplier) {
            this.headersSupplier = Objects.requireNonNull(supplier, "supplier");
            return this;
        }

        /** Whether requests are compressed; by default they are. Costs 1 to 2 us per span, saves most of the bytes. */
        public Builder gzip(boolean on) {
            this.gzipLevel = on ? DEFAULT_GZIP_LEVEL : 0;
            return this;
        }

        /**
         * How hard to compress; 1 by default. Level 6 takes three to four times the CPU of level 1.
         *
         * @throws IllegalArgumentException unless 1 to 9
         */
        public Builder gzipLevel(int level) {
            if (level < 1 || level > 9) {
                throw new IllegalArgumentException("The gzip level " + level + " is not between 1 and 9");
            }
            this.gzipLevel = level;
            return this;
        }

        /**
         * How long one whole exchange may take, from looking up the host's name to the last byte of the answer; 5 s by
         * default. After that it is cut off and the batch tried again.
         *
         * @throws IllegalArgumentException unless positive
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isZero() || timeout.isNegative()) {
                throw new IllegalArgumentException("The timeout " + timeout + " is not positive");
            }
            this.timeout = timeout;
            return this;
        }

        /** Whom to trust and what to show; by default the JDK's own settings. Of no effect for {@code http}. */
        public Builder tls(TlsSettings tls) {
            this.tls = Objects.requireNonNull(tls, "tls");
            return this;
        }

        /**
         * Allows addresses such as 169.254.169.254, where clouds serve their credentials; refused by default, so that
         * a setting somebody else could influence does not reach them.
         */
        public Builder allowLinkLocal(boolean allow) {
            this.addressRule = allow ? AddressRule.ANY : AddressRule.NOT_LINK_LOCAL;
            return this;
        }

        /**
         * Allows no addresses but public ones: none of this machine, of its link, or of a private network. For URLs that
         * somebody else may choose; not so by default. Looked at with each exchange, since a name may lead elsewhere by
         * then; where a proxy does the looking up, only an address that is in the URL itself is. Of this and {@link
         * #allowLinkLocal} the last call counts.
         */
        public Builder publicAddressesOnly() {
            this.addressRule = AddressRule.PUBLIC;
            return this;
        }

        /** Makes the endpoint; opens nothing. */
        public HttpEndpoint build() {
            if (NameLookup.isRefusedLiteral(uri.getHost(), addressRule)) {
                throw new IllegalArgumentException("The endpoint '" + withoutSecrets(uri.toString())
                        + "' has an address that is " + addressRule.refused()
                        + ", which is refused unless it is allowed explicitly");
            }
            return new HttpEndpoint(this);
        }
    }
}
