package io.dharma.tracing.export;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom we trust and what we show when a connection is made over TLS. Host names are always verified.
 *
 * <p>Immutable and safe for any thread. Two settings made from the same bytes are equal, and what is equal shares its
 * connections.
 */
public final class TlsSettings {

    /** Of keys and certificates that the JDK wants to see locked, though they never leave memory. */
    private static final char[] NO_PASSWORD = new char[0];

    private final SSLContext context;
    private final X509TrustManager trustManager;
    private final Object identity;
    private final String description;

    private TlsSettings(SSLContext context, X509TrustManager trustManager, Object identity, String description) {
        this.context = context;
        this.trustManager = trustManager;
        this.identity = identity;
        this.description = description;
    }

    /** What the application has already set up. Equal only to settings with the very same context. */
    public static TlsSettings of(SSLContext context, X509TrustManager trustManager) {
        return new TlsSettings(context, trustManager, context, "given SSLContext");
    }

    /** Begins settings made of PEM files. */
    public static Builder builder() {
        return new Builder();
    }

    SSLContext context() {
        return context;
    }

    X509TrustManager trustManager() {
        return trustManager;
    }

    /**
     * For connections that are not made by the JDK's HTTP client: the client's end of one, which goes through with a
     * server whose certificate is trusted and made out to this host.
     *
     * @param host as it was configured, name or address
     */
    public SSLEngine clientEngine(String host, int port) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TlsSettings that && identity.equals(that.identity);
    }

    @Override
    public int hashCode() {
        return identity.hashCode();
    }

    /** What was configured, without any key. */
    @Override
    public String toString() {
        return description;
    }

    /** Collects PEM files; for one thread. */
    public static final class Builder {

        private byte @Nullable [] trusted;
        private byte @Nullable [] certificate;
        private byte @Nullable [] privateKey;

        private Builder() {}

        /**
         * Trusts exactly the certificates in this PEM text (one or several authorities, or the server's own), and no
         * longer those of the JDK.
         */
        public Builder trustedCertificates(byte[] pem) {
            this.trusted = pem.clone();
            return this;
        }

        /** The same, from a file, which is read now. */
        public Builder trustedCertificates(Path pemFile) {
            return trustedCertificates(read(pemFile));
        }

        /**
         * Shows this certificate to servers that ask for one (mTLS).
         *
         * @param certificatePem the certificate, followed by those that lead to its authority
         * @param privateKeyPem its key, unencrypted, as PKCS #8 ({@code -----BEGIN PRIVATE KEY-----}); RSA, EC and Ed25519
         */
        public Builder clientCertificate(byte[] certificatePem, byte[] privateKeyPem) {
            this.certificate = certificatePem.clone();
            this.privateKey = privateKeyPem.clone();
            return this;
        }

        /** The same, from files, which are read now. */
        public Builder clientCertificate(Path certificatePemFile, Path privateKeyPemFile) {
            return clientCertificate(read(certificatePemFile), read(privateKeyPemFile));
        }

        /**
         * Reads what was given.
         *
         * @throws IllegalArgumentException if it is not what it should be; the message holds nothing of the key
         */
        public TlsSettings build() {
            X509TrustManager trustManager = trustManager(trusted);
            SSLContext context = context(keyManagers(certificate, privateKey), trustManager);
            return new TlsSettings(context, trustManager, new Material(this), describe());
        }

        private String describe() {
            return (trusted == null ? "JDK trust" : "own trusted certificates")
                    + (certificate == null ? "" : " and client certificate");
        }

        private static byte[] read(Path file) {
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read the PEM file " + file, e);
            }
        }
    }

    /** The bytes that settings were made of; two settings are equal when these are. */
    private static final class Material {

        private final byte @Nullable [][] parts;

        Material(Builder builder) {
            this.parts = new byte @Nullable [][] {builder.trusted, builder.certificate, builder.privateKey};
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Material that && Arrays.deepEquals(parts, that.parts);
        }

        @Override
        public int hashCode() {
            return Arrays.deepHashCode(parts);
        }
    }

    private static SSLContext context(KeyManager @Nullable [] keyManagers, X509TrustManager trustManager) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers, new TrustManager[] {trustManager}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("This JDK cannot set up TLS with these settings", e);
        }
    }

    private static X509TrustManager trustManager(byte @Nullable [] pem) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(pem == null ? null : trustStore(Pem.certificates(pem, "trusted certificates")));
            return Arrays.stream(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("This JDK has no X.509 trust manager"));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("The trusted certificates cannot be used", e);
        }
    }

    private static KeyStore trustStore(List<X509Certificate> certificates)
            throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("trusted-" + i, certificates.get(i));
        }
        return store;
    }

    private static KeyManager @Nullable [] keyManagers(byte @Nullable [] certificatePem, byte @Nullable [] keyPem) {
        if (certificatePem == null || keyPem == null) {
            return null;
        }
        List<X509Certificate> chain = Pem.certificates(certificatePem, "client certificate");
        PrivateKey key = Pem.privateKey(keyPem, chain.get(0).getPublicKey().getAlgorithm());
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry("client", key, NO_PASSWORD, chain.toArray(new X509Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("The client certificate and its key cannot be used together", e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /** Reads PEM text (RFC 7468). */
    private static final class Pem {

        private static final Pattern PRIVATE_KEY =
                Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END \\1-----");

        private Pem() {}

        static List<X509Certificate> certificates(byte[] pem, String what) {
            List<X509Certificate> certificates;
            try {
                certificates =
                        CertificateFactory.getInstance("X.509")
                                .generateCertificates(new ByteArrayInputStream(pem))
                                .stream()
                                .map(X509Certificate.class::cast)
                                .toList();
            } catch (CertificateException e) {
                throw new IllegalArgumentException("The " + what + " are not PEM certificates", e);
            }
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException(
                        "The " + what + " hold no certificate (-----BEGIN CERTIFICATE----- is expected)");
            }
            return certificates;
        }

        static PrivateKey privateKey(byte[] pem, String algorithm) {
            Matcher block = PRIVATE_KEY.matcher(new String(pem, StandardCharsets.ISO_8859_1));
            if (!block.find()) {
                throw new IllegalArgumentException(
                        "The client key holds no private key (-----BEGIN PRIVATE KEY----- is expected)");
            }
            String kind = Objects.requireNonNull(block.group(1));
            if (!kind.equals("PRIVATE KEY")) {
                throw new IllegalArgumentException(
                        "The client key is a '" + kind + "'; unencrypted PKCS #8 is expected: "
                                + "openssl pkcs8 -topk8 -nocrypt -in key.pem -out key8.pem");
            }
            return decode(Objects.requireNonNull(block.group(2)), algorithm);
        }

        private static PrivateKey decode(String base64, String algorithm) {
            try {
                byte[] bytes = Base64.getMimeDecoder().decode(base64);
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // The cause may quote the key.
                throw new IllegalArgumentException(
                        "The client key is damaged, or not of the certificate's kind (" + algorithm + ")");
            }
        }
    }
}
