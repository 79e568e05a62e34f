package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A server that is spoken to in more ways than one: by any method, and below the URL of an {@link HttpEndpoint}. For sinks
 * whose receiver has an API of its own.
 *
 * <p>What holds for exporters holds here: the endpoint's timeout covers the whole exchange, redirects are answers like any
 * other, answers are read up to a limit, the host's name is looked up where that may take its time, and connections and
 * threads are shared with all endpoints that have equal TLS settings. Nothing is compressed.
 *
 * <p>For any thread; nothing here blocks, or throws unless it says so. Answers come on a thread that must not wait for
 * anything: who has more to do than to look at one goes elsewhere with it.
 */
public final class HttpPeer implements AutoCloseable {

    private final HttpEndpoint endpoint;
    private final HttpTransport transport;
    private final HttpVerdict verdict;

    private HttpPeer(HttpEndpoint endpoint) {
        this.endpoint = endpoint;
        this.transport = HttpTransport.to(endpoint);
        this.verdict = new HttpVerdict(endpoint.where(), Clock.systemUTC());
    }

    /** The server at this URL; opens nothing yet. The endpoint's headers go with every request. */
    public static HttpPeer at(HttpEndpoint endpoint) {
        return new HttpPeer(endpoint);
    }

    /**
     * What a server answered. Immutable, but for the body.
     *
     * @param status of HTTP
     * @param headers by names in lower case
     * @param body all of it, as it was sent
     */
    @SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
    public record Answer(int status, Map<String, List<String>> headers, byte[] body) {

        /** Whether the status is one of 200 to 299. */
        public boolean isSuccess() {
            return status >= 200 && status < 300;
        }
    }

    /** An answer was longer than its reader wanted. */
    public static final class AnswerTooLong extends IOException {

        private static final long serialVersionUID = 1L;

        AnswerTooLong(int limit) {
            super("the answer has more than " + limit + " bytes");
        }
    }

    /**
     * Sends a request.
     *
     * @param method of HTTP, in upper case
     * @param target what follows the endpoint's URL: path and query, encoded, from the slash on
     * @param headers beside those of the endpoint, which win
     * @param body may be empty
     * @param answerLimit how many bytes an answer's body may have
     * @return completes with the answer, whatever its status; exceptionally with an {@link IOException} if there was none,
     *     with {@link AnswerTooLong} if it was longer, and with an {@link IllegalArgumentException} if it cannot be sent
     */
    public CompletableFuture<Answer> ask(
            String method, String target, Map<String, String> headers, byte[] body, int answerLimit) {
        Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("User-Agent", List.of(HttpCourier.USER_AGENT));
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        endpoint.headers().forEach((name, value) -> all.put(name, List.of(value)));
        // One byte more, so that an answer that just fits is told from one that was cut.
        return transport
                .send(method, target, new HttpPost(body, all, endpoint.timeout(), answerLimit + 1))
                .thenCompose(reply -> reply.body().length > answerLimit
                        ? CompletableFuture.failedFuture(new AnswerTooLong(answerLimit))
                        : CompletableFuture.completedFuture(
                                new Answer(reply.status(), reply.headers().map(), reply.body())));
    }

    /** What an answer means for a batch, unless it {@linkplain Answer#isSuccess says that all is well}. */
    public Delivery verdict(Answer answer) {
        return verdict.on(
                new HttpReply(answer.status(), HttpHeaders.of(answer.headers(), (name, value) -> true), answer.body()));
    }

    /** What it means for a batch that there was no answer. */
    public Delivery verdict(Throwable failure) {
        return verdict.on(failure);
    }

    /** Host and port, for messages: paths may carry a key. */
    public String where() {
        return endpoint.where();
    }

    /** Cuts off what is under way. */
    @Override
    public void close() {
        transport.close();
    }
}
