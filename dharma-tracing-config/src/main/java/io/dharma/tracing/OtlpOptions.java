package io.dharma.tracing;

import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.internal.settings.OtlpKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** How to send over OTLP. Part of {@link DharmaConfig.Builder}; one thread at a time. */
public final class OtlpOptions {

    private final DharmaConfig.Builder config;
    private final OtlpKeys keys;

    OtlpOptions(DharmaConfig.Builder config, OtlpKeys keys) {
        this.config = config;
        this.keys = keys;
    }

    /** Where to. Default: the environment's, else {@code http://localhost:4318}. */
    public OtlpOptions endpoint(String url) {
        config.set(keys.endpoint(), url);
        return this;
    }

    /** A header of each request, such as an API key. Default: none. Its value is never shown. */
    public OtlpOptions header(String name, String value) {
        config.addPair(keys.headers(), name, value);
        return this;
    }

    /**
     * Asks for headers before each request, for tokens that expire; they go before the fixed ones. Default: none. Called
     * on the exporter's thread; while it throws, spans are queued.
     */
    public OtlpOptions headers(Supplier<Map<String, String>> supplier) {
        config.extras().headers.put(keys, Objects.requireNonNull(supplier, "supplier"));
        return this;
    }

    /** Trusts the authorities in this PEM file instead of the JDK's. Default: the JDK's. Costs 100 ms at the start. */
    public OtlpOptions certificate(Path pemFile) {
        config.set(keys.certificate(), pemFile);
        return this;
    }

    /**
     * Shows a certificate (mTLS). Default: none. Costs 100 ms at the start.
     *
     * @param pemFile the certificate, and those that lead to its authority
     * @param keyPemFile its private key, unencrypted PKCS #8
     */
    public OtlpOptions clientCertificate(Path pemFile, Path keyPemFile) {
        config.set(keys.clientCertificate(), pemFile);
        config.set(keys.clientKey(), keyPemFile);
        return this;
    }

    /** Connects as you have set up already, instead of by files. Default: the JDK's settings. */
    public OtlpOptions tls(TlsSettings tls) {
        config.extras().tls.put(keys, Objects.requireNonNull(tls, "tls"));
        return this;
    }

    /** Whether requests are compressed. Default: yes, which costs 1 to 2 us per span and saves most of the bytes. */
    public OtlpOptions compression(boolean gzip) {
        config.set(keys.compression(), gzip ? "gzip" : "none");
        return this;
    }

    /** How long one whole exchange may take before it is given up and tried again. Default: 5 s. */
    public OtlpOptions timeout(Duration timeout) {
        config.set(keys.timeout(), timeout);
        return this;
    }

    /**
     * {@code http/protobuf} or {@code grpc}. Default: the former, which needs nothing; the latter needs one of
     * OpenTelemetry's gRPC senders on the class path, in the version of the SDK.
     */
    public OtlpOptions protocol(String protocol) {
        config.set(keys.protocol(), protocol);
        return this;
    }

    /**
     * Allows link-local addresses such as 169.254.169.254, where clouds serve credentials, for all that is sent.
     * Default: refused, so that a setting somebody else could influence does not reach them.
     */
    public OtlpOptions allowLinkLocal() {
        config.set(Keys.ALLOW_LINK_LOCAL, true);
        return this;
    }
}
