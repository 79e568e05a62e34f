package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.json.SimpleJsonpMapper;
import co.elastic.clients.transport.DefaultTransportOptions;
import co.elastic.clients.transport.ElasticsearchTransportBase;
import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.transport.http.TransportHttpClient;
import co.elastic.clients.transport.instrumentation.NoopInstrumentation;
import co.elastic.clients.util.BinaryData;
import io.dharma.tracing.export.HttpPeer;
import io.dharma.tracing.pipeline.Delivery;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How the client reaches its servers: by core's HTTP. The client's own way follows redirects, resolves names on the thread
 * that reads and writes, and has threads that would have to be bounded, named and ended; and it would make a span of every
 * request, of which some would fail, to be captured and sent ... so the client is told not to look for OpenTelemetry either.
 *
 * <p>A request goes to the server that last answered, and does not go to another one by itself: who has a batch to deliver
 * comes again anyway. Any thread; nothing here waits.
 */
final class PeerTransport extends ElasticsearchTransportBase {

    private PeerTransport(Http http, TransportOptions options) {
        super(http, options, new SimpleJsonpMapper(true), NoopInstrumentation.INSTANCE);
    }

    /**
     * To the servers.
     *
     * @param answerLimit how many bytes an answer may have
     * @param readers where answers are read
     */
    static PeerTransport to(Servers servers, int answerLimit, Executor readers) {
        return new PeerTransport(new Http(servers, answerLimit, readers), DefaultTransportOptions.EMPTY);
    }

    /** Servers of one cluster, which know the same. */
    static final class Servers {

        private final List<HttpPeer> peers;
        private volatile int current;

        Servers(List<HttpPeer> peers) {
            this.peers = List.copyOf(peers);
        }

        int current() {
            return current;
        }

        HttpPeer peer(int place) {
            return peers.get(place);
        }

        /** Two at once may pass one over, which does no harm. */
        void leave(int place) {
            if (current == place) {
                current = (place + 1) % peers.size();
            }
        }

        void close() {
            peers.forEach(HttpPeer::close);
        }
    }

    private static final class Http implements TransportHttpClient {

        private final Servers servers;
        private final int answerLimit;
        private final Executor readers;

        Http(Servers servers, int answerLimit, Executor readers) {
            this.servers = servers;
            this.answerLimit = answerLimit;
            this.readers = readers;
        }

        @Override
        public CompletableFuture<Response> performRequestAsync(
                String endpoint, @Nullable Node node, Request request, TransportOptions options) {
            int place = servers.current();
            HttpPeer peer = servers.peer(place);
            CompletableFuture<Response> answered = new CompletableFuture<>();
            var unused = peer.ask(
                            request.method(), target(request), request.headers(), bytes(request.body()), answerLimit)
                    .whenComplete((answer, failure) -> {
                        Runnable reading = () -> read(answered, () -> response(place, endpoint, answer, failure));
                        try {
                            readers.execute(reading);
                        } catch (RejectedExecutionException tooMuchWaits) {
                            reading.run();
                        }
                    });
            return answered;
        }

        private static void read(CompletableFuture<Response> answered, Callable<Response> response) {
            try {
                answered.complete(response.call());
            } catch (Throwable notAnswered) {
                answered.completeExceptionally(notAnswered);
            }
        }

        private Response response(
                int place, String endpoint, HttpPeer.@Nullable Answer answer, @Nullable Throwable failure)
                throws IOException {
            HttpPeer peer = servers.peer(place);
            if (answer == null) {
                Throwable why = failure == null ? new IOException("no answer") : NotAnswered.unwrapped(failure);
                if (why instanceof HttpPeer.AnswerTooLong tooLong) {
                    throw tooLong;
                }
                servers.leave(place);
                throw new NotAnswered(peer.verdict(why));
            }
            if (answer.isSuccess() || saysWhatIsWrong(answer.status())) {
                return new PeerResponse(peer, answer);
            }
            Delivery verdict = peer.verdict(answer);
            if (verdict instanceof Delivery.Retry) {
                servers.leave(place);
            }
            throw new NotAnswered(
                    answer.status() == 401 || answer.status() == 403
                            ? Delivery.refused(peer.where() + " answered HTTP " + answer.status() + " to " + endpoint
                                    + ": check the credentials and their rights")
                            : verdict);
        }

        /** What the client makes exceptions of that say more than the status. */
        private static boolean saysWhatIsWrong(int status) {
            return status == 400 || status == 404 || status == 409;
        }

        private static String target(Request request) {
            StringBuilder target = new StringBuilder(request.path());
            char separator = '?';
            for (Map.Entry<String, String> parameter : request.queryParams().entrySet()) {
                target.append(separator)
                        .append(URLEncoder.encode(parameter.getKey(), StandardCharsets.UTF_8))
                        .append('=')
                        .append(URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8));
                separator = '&';
            }
            return target.toString();
        }

        private static byte[] bytes(@Nullable Iterable<ByteBuffer> buffers) {
            if (buffers == null) {
                return new byte[0];
            }
            int size = 0;
            for (ByteBuffer buffer : buffers) {
                size += buffer.remaining();
            }
            ByteBuffer whole = ByteBuffer.allocate(size);
            buffers.forEach(buffer -> whole.put(buffer.duplicate()));
            return whole.array();
        }

        /** Nothing here uses it. */
        @Override
        public Response performRequest(
                String endpoint, @Nullable Node node, Request request, TransportOptions options) {
            throw new UnsupportedOperationException("would wait");
        }

        @Override
        public void close() {
            // The servers are shared.
        }
    }

    private record PeerResponse(HttpPeer peer, HttpPeer.Answer answer) implements TransportHttpClient.Response {

        @Override
        public TransportHttpClient.Node node() {
            return new TransportHttpClient.Node("http://" + peer.where());
        }

        @Override
        public int statusCode() {
            return answer.status();
        }

        @Override
        public @Nullable String header(String name) {
            List<String> values = headers(name);
            return values.isEmpty() ? null : values.get(0);
        }

        @Override
        public List<String> headers(String name) {
            return answer.headers().entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .findFirst()
                    .map(Map.Entry::getValue)
                    .orElse(List.of());
        }

        @Override
        public @Nullable BinaryData body() {
            String type = header("Content-Type");
            return answer.body().length == 0
                    ? null
                    : BinaryData.of(answer.body(), type == null ? "application/json" : type);
        }

        @Override
        public HttpPeer.Answer originalResponse() {
            return answer;
        }

        @Override
        public void close() {
            // All of it was read.
        }
    }
}
