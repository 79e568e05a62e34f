package io.dharma.tracing.testsupport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * An authority made for one test, and certificates signed by it; no key is kept in the sources.
 *
 * <pre>{@code
 * @TempDir Path directory;
 * TestCertificates authority = TestCertificates.in(directory);
 * Identity server = authority.server();             // localhost, 127.0.0.1
 * Identity client = authority.client();
 * Identity wrong = authority.issue("wrong-host", "-ext", "san=dns:other.example");
 * Identity expired = authority.issue("expired", "-startdate", "-3d", "-validity", "1", "-ext", "san=ip:127.0.0.1");
 * }</pre>
 *
 * <p>Each certificate costs one run of the JDK's keytool, about half a second. Use from one thread.
 */
public final class TestCertificates {

    /** Opens every store made here. */
    public static final String PASSWORD = "changeit";

    private final Path directory;
    private final KeyStore authority;

    /** A private key with its certificate, as a Java store and as PEM files. */
    public record Identity(Path pkcs12, Path certificatePem, Path privateKeyPem, KeyStore keyStore) {}

    private TestCertificates(Path directory) {
        this.directory = directory;
        keytool("authority.p12", "authority", "-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign");
        this.authority = trusting(certificate(load(store("authority.p12")), "authority"));
        write(authorityPem(), pem("CERTIFICATE", encoded(authorityCertificate())));
        save(authority, trustStore());
    }

    /** Makes an authority whose files lie in {@code directory}. */
    public static TestCertificates in(Path directory) {
        return new TestCertificates(directory);
    }

    /** An identity that a client reaching {@code localhost} or a loopback address accepts. */
    public Identity server() {
        return issue("server", "-ext", "san=dns:localhost,ip:127.0.0.1,ip:0:0:0:0:0:0:0:1", "-ext", "eku=serverAuth");
    }

    /** An identity to show to a server that asks for one. */
    public Identity client() {
        return issue("client", "-ext", "eku=clientAuth");
    }

    /** An identity of any other making: {@code options} go to keytool as they are. */
    public Identity issue(String name, String... options) {
        // Signing happens inside one store, so the authority's is copied and later left out of what is handed on.
        String scratch = name + "-signing.p12";
        copy(store("authority.p12"), store(scratch));
        List<String> all = new ArrayList<>(List.of("-signer", "authority", "-signerkeypass", PASSWORD));
        all.addAll(List.of(options));
        keytool(scratch, name, all.toArray(String[]::new));
        return identity(name, load(store(scratch)));
    }

    /** The authority's certificate, to be trusted by whoever reads PEM. */
    public Path authorityPem() {
        return directory.resolve("authority.pem");
    }

    /** The authority's certificate, to be trusted by whoever reads a PKCS12 store. */
    public Path trustStore() {
        return store("trust.p12");
    }

    /** Trusts this authority alone and shows no certificate. */
    public SSLContext context() {
        return context(null);
    }

    /** Trusts this authority alone and shows {@code identity}; what a server and an mTLS client both need. */
    public SSLContext contextFor(Identity identity) {
        return context(identity.keyStore());
    }

    private SSLContext context(@Nullable KeyStore own) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authority);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Identity identity(String name, KeyStore signing) {
        try {
            var key = signing.getKey(name, PASSWORD.toCharArray());
            Certificate certificate = certificate(signing, name);
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry(name, key, PASSWORD.toCharArray(), new Certificate[] {certificate, authorityCertificate()});
            Identity identity = new Identity(
                    store(name + ".p12"), directory.resolve(name + ".pem"), directory.resolve(name + ".key"), own);
            save(own, identity.pkcs12());
            write(identity.certificatePem(), pem("CERTIFICATE", encoded(certificate)));
            write(identity.privateKeyPem(), pem("PRIVATE KEY", key.getEncoded()));
            return identity;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot make the identity " + name, e);
        }
    }

    private Path store(String name) {
        return directory.resolve(name);
    }

    private Certificate authorityCertificate() {
        return certificate(authority, "authority");
    }

    private void keytool(String store, String alias, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                // Takes less than half the time of a JVM that prepares for a long life.
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store(store).toString(),
                "-storepass",
                PASSWORD,
                "-keypass",
                PASSWORD));
        command.addAll(List.of(options));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("keytool failed: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while keytool ran", e);
        }
    }

    private static KeyStore trusting(Certificate certificate) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("authority", certificate);
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Certificate certificate(KeyStore store, String alias) {
        try {
            return store.getCertificate(alias);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] encoded(Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore load(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    private static void save(KeyStore store, Path file) {
        try (var out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot write " + file, e);
        }
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text, US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
