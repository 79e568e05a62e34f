package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages to one endpoint and says what became of each: what a {@link io.dharma.tracing.pipeline.Sink} over HTTP
 * is made of. Redirects are not followed, answers are read up to 64 KiB and never decompressed, and what is said of a
 * failure names the host and the status and nothing else.
 *
 * <p>For any thread; nothing here waits or throws, but for what supplies headers ({@link
 * HttpEndpoint.Builder#headersSupplier}).
 */
public final class HttpCourier {

    static final String USER_AGENT = userAgent(HttpCourier.class.getPackage().getImplementationVersion());

    private final HttpEndpoint endpoint;
    private final HttpTransport transport;
    private final HttpVerdict verdict;
    private final Map<String, String> fixedHeaders;

    /**
     * Ready to send; opens nothing yet.
     *
     * @param contentType of the messages before they are compressed
     */
    public HttpCourier(HttpEndpoint endpoint, String contentType) {
        this.endpoint = endpoint;
        this.transport = HttpTransport.to(endpoint);
        this.verdict = new HttpVerdict(endpoint.where(), Clock.systemUTC());
        this.fixedHeaders = fixedHeaders(endpoint, contentType);
    }

    private static Map<String, String> fixedHeaders(HttpEndpoint endpoint, String contentType) {
        Map<String, String> fixed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        fixed.put("User-Agent", USER_AGENT);
        fixed.putAll(endpoint.headers());
        fixed.put("Content-Type", contentType);
        if (endpoint.gzipLevel() > 0) {
            fixed.put("Content-Encoding", "gzip");
        }
        return fixed;
    }

    private static String userAgent(@Nullable String version) {
        return version == null ? "dharma-tracing" : "dharma-tracing/" + version;
    }

    /**
     * Sends one message.
     *
     * @param accepted reads the answer to a message that was taken
     */
    CompletionStage<Delivery> carry(byte[] message, Function<HttpReply, Delivery> accepted) {
        return carry(message, Map.of(), accepted);
    }

    /**
     * Sends one message, for which any status of the 200s means that it was taken.
     *
     * @param itsHeaders of this message alone; they win over the endpoint's
     * @return never completes exceptionally
     */
    public CompletionStage<Delivery> carry(byte[] message, Map<String, String> itsHeaders) {
        return carry(message, itsHeaders, reply -> Delivery.delivered());
    }

    private CompletionStage<Delivery> carry(
            byte[] message, Map<String, String> itsHeaders, Function<HttpReply, Delivery> accepted) {
        Map<String, List<String>> headers;
        try {
            headers = headers();
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(Delivery.retry(endpoint.where()
                    + ": the headers supplier failed with " + e.getClass().getSimpleName()));
        }
        itsHeaders.forEach((name, value) -> headers.put(name, List.of(value)));
        byte[] body = endpoint.gzipLevel() > 0 ? gzip(message, endpoint.gzipLevel()) : message;
        return transport
                .post(new HttpPost(body, headers, endpoint.timeout(), HttpPost.MAX_REPLY))
                .handle((reply, failure) -> judge(reply, failure, accepted));
    }

    /** Whether sending never waits: what supplies headers is the application's, and may fetch a token first. */
    public boolean isNonBlocking() {
        return !endpoint.hasHeadersSupplier();
    }

    /** Cuts off what is under way and lets go of the connections. Does not wait. */
    public void close() {
        transport.close();
    }

    private Delivery judge(
            @Nullable HttpReply reply, @Nullable Throwable failure, Function<HttpReply, Delivery> accepted) {
        if (reply == null) {
            return verdict.on(failure == null ? new IOException("no answer") : failure);
        }
        return reply.isSuccess() ? accepted.apply(reply) : verdict.on(reply);
    }

    private Map<String, List<String>> headers() {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        fixedHeaders.forEach((name, value) -> headers.put(name, List.of(value)));
        Map<String, String> supplied = endpoint.headersSupplier().get();
        if (supplied != null) {
            supplied.forEach((name, value) -> headers.put(name, List.of(value)));
        }
        return headers;
    }

    static byte[] gzip(byte[] message, int level) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(Math.max(64, message.length / 4));
        try (OutputStream gzip = gzipTo(compressed, level)) {
            gzip.write(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return compressed.toByteArray();
    }

    static OutputStream gzipTo(OutputStream out, int level) throws IOException {
        return new LevelledGzip(out, level);
    }

    /** The JDK's stream hides its level from all but its subclasses. */
    private static final class LevelledGzip extends GZIPOutputStream {

        LevelledGzip(OutputStream out, int level) throws IOException {
            super(out, 8192);
            def.setLevel(level);
        }
    }
}
