package io.dharma.tracing.testsupport.backends;

import io.dharma.tracing.testsupport.TestCertificates;
import io.dharma.tracing.testsupport.TestCertificates.Identity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * An Elasticsearch that belongs to one test, which may kill it: with TLS, users and API keys. For a test that does nothing
 * of the kind there is the shared {@link ElasticsearchServer}.
 *
 * <p>It listens on loopback, on a port that it keeps for its life. What it has acknowledged is on disk, so a kill loses
 * nothing of it. Always a process, also where a container engine runs. The process ends with {@link #close}, or with this
 * JVM.
 *
 * <p>Starting one takes some 20 s, and it runs in 512 MB. Use from one thread at a time.
 */
public final class ElasticsearchNode implements AutoCloseable {

    /** May do anything. */
    public static final String ADMINISTRATOR = "administrator";

    /** May read what is there, and nothing else. */
    public static final String READER = "reader";

    /** Of both. */
    public static final String PASSWORD = "changeit";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ServerHome home;
    private final TestCertificates authority;
    private final int port;
    private ElasticsearchProcess.@Nullable Setup setup;

    private ElasticsearchNode(TestCertificates authority) throws IOException {
        this.home = ServerHome.temporary("dharma-elasticsearch-");
        this.authority = authority;
        this.port = LastingPort.find();
        // The server's user has to come by.
        Files.setPosixFilePermissions(home.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /**
     * Starts one with a certificate of this authority, and returns when it answers.
     *
     * @param major 8 or 9, which needs a JDK 21 or later
     */
    public static ElasticsearchNode start(int major, TestCertificates authority) throws IOException {
        ElasticsearchNode node = new ElasticsearchNode(authority);
        try {
            node.setup = ElasticsearchProcess.prepare(major, node.home, node::configure);
            node.launch();
            return node;
        } catch (IOException | RuntimeException | Error e) {
            node.close();
            throw e;
        }
    }

    /** A hash that is none is taken for the password itself; no password of a test needs more. */
    private String configure(Path configuration) throws IOException {
        Identity identity = authority.server();
        Files.copy(identity.certificatePem(), configuration.resolve("certificate.pem"));
        Files.copy(identity.privateKeyPem(), configuration.resolve("key.pem"));
        Files.writeString(
                configuration.resolve("users"), ADMINISTRATOR + ":" + PASSWORD + "\n" + READER + ":" + PASSWORD + "\n");
        Files.writeString(
                configuration.resolve("users_roles"), "superuser:" + ADMINISTRATOR + "\nonly-reads:" + READER + "\n");
        Files.writeString(configuration.resolve("roles.yml"), """
                only-reads:
                  indices:
                    - names: [ '*' ]
                      privileges: [ 'read' ]
                """);
        return """
                xpack.security.enabled: true
                xpack.security.http.ssl.enabled: true
                xpack.security.http.ssl.certificate: certificate.pem
                xpack.security.http.ssl.key: key.pem
                xpack.security.authc.api_key.enabled: true
                http.port: %d
                """.formatted(port);
    }

    private void launch() throws IOException {
        ElasticsearchProcess.Setup prepared = setup;
        if (prepared == null) {
            throw new IllegalStateException("is not set up");
        }
        Process process = home.start(Leash.command(home.directory(), prepared.command()), prepared.environment());
        ServerProcess started = new ServerProcess(process, uri().toString(), address -> answers());
        if (!started.awaitAnswer(PATIENCE)) {
            throw new IOException(started.fate() + "; its last words:\n" + home.lastWords());
        }
    }

    private boolean answers() throws IOException {
        return send("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s", "")
                        .statusCode()
                == 200;
    }

    /** {@code https://127.0.0.1:port} */
    public URI uri() {
        return URI.create("https://127.0.0.1:" + port);
    }

    /** Asks as somebody who may do anything; the body of the answer. */
    public String ask(String method, String path, String body) throws IOException {
        HttpResponse<String> response = send(method, path, body);
        if (response.statusCode() >= 300) {
            throw new IOException(path + " was answered " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    private HttpResponse<String> send(String method, String path, String body) throws IOException {
        HttpClient client =
                HttpClient.newBuilder().sslContext(authority.context()).build();
        String both = ADMINISTRATOR + ":" + PASSWORD;
        HttpRequest request = HttpRequest.newBuilder(URI.create(uri() + path))
                .header("Content-Type", "application/json")
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.ofString(body))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** As kill -9 does: clients' connections are reset, and the port is closed until {@link #restart}. */
    public void kill() {
        home.stopProcesses();
    }

    /** Kills it if it runs, and returns once it answers again, with all that it had acknowledged. */
    public void restart() throws IOException {
        kill();
        launch();
    }

    /** Kills it and deletes its files. */
    @Override
    public void close() {
        home.close();
    }

    @Override
    public String toString() {
        return "Elasticsearch at " + uri();
    }
}
