package io.dharma.tracing.export;

import io.dharma.tracing.export.HttpConnections.Settings;
import io.dharma.tracing.spi.Printable;
import io.dharma.tracing.spi.Proxies;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Posts to one URL, or to what is below it. The only way by which anything of ours leaves over HTTP.
 *
 * <p>The deadline covers the whole exchange; redirects are answers like any other, never followed; an answer is read
 * up to a limit and never decompressed. For any thread; nothing here blocks or throws.
 */
final class HttpTransport {

    private final URI uri;
    private final String base;
    private final HttpConnections connections;
    private final NameLookup lookup;
    private final Set<Exchange> underway = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    HttpTransport(URI uri, AddressRule rule, Settings settings) {
        this.uri = uri;
        this.base = uri.toString().replaceFirst("/+$", "");
        this.connections = HttpConnections.acquire(settings);
        this.lookup = connections.lookup(uri.getHost(), rule);
    }

    static HttpTransport to(HttpEndpoint endpoint) {
        return new HttpTransport(endpoint.uri(), endpoint.addressRule(), Settings.of(endpoint.tls()));
    }

    /**
     * Sends it.
     *
     * @return completes with whatever the server answered, exceptionally if it did not: with an {@link IOException},
     *     or an {@link IllegalArgumentException} if a header is not one
     */
    CompletableFuture<HttpReply> post(HttpPost post) {
        return send("POST", uri, post);
    }

    /**
     * As {@link #post}, by another method and to another place on the same server.
     *
     * @param target what follows the URL, from its slash on: path and query
     * @param message may have an empty body
     */
    CompletableFuture<HttpReply> send(String method, String target, HttpPost message) {
        try {
            return send(method, URI.create(base + target), message);
        } catch (IllegalArgumentException e) {
            // The message quotes the path.
            return CompletableFuture.failedFuture(new IllegalArgumentException("the path is not one that URLs allow"));
        }
    }

    private CompletableFuture<HttpReply> send(String method, URI to, HttpPost post) {
        if (closed.get()) {
            return CompletableFuture.failedFuture(new IOException("closed"));
        }
        try {
            Exchange exchange = new Exchange(request(method, to, post), post);
            exchange.begin();
            return exchange.reply;
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * By the thread that never waits.
     *
     * @throws RejectedExecutionException if it is closed
     */
    Future<?> schedule(Runnable task, Duration delay) {
        return connections.schedule(task, delay);
    }

    /** Cuts off what is under way and lets go of the connections. */
    void close() {
        if (closed.compareAndSet(false, true)) {
            underway.forEach(exchange -> exchange.fail(new IOException("closed")));
            connections.release();
        }
    }

    private static HttpRequest request(String method, URI to, HttpPost post) {
        BodyPublisher body = post.body().length == 0 && !method.equals("POST")
                ? BodyPublishers.noBody()
                : BodyPublishers.ofByteArray(post.body());
        HttpRequest.Builder request = HttpRequest.newBuilder(to).method(method, body);
        for (Map.Entry<String, List<String>> header : post.headers().entrySet()) {
            for (String value : header.getValue()) {
                addHeader(request, header.getKey(), value);
            }
        }
        return request.build();
    }

    private static void addHeader(HttpRequest.Builder request, String name, String value) {
        try {
            request.header(name, value);
        } catch (IllegalArgumentException e) {
            // The JDK's message quotes the value.
            throw new IllegalArgumentException("the header '" + Printable.escape(name) + "' is not one HTTP allows");
        }
    }

    /** One request under way, its deadline and its answer. */
    private final class Exchange {

        private final HttpRequest request;
        private final HttpPost post;
        private final CompletableFuture<HttpReply> reply = new CompletableFuture<>();
        private final Runnable choosing = this::lookUp;
        private volatile @Nullable CompletableFuture<HttpResponse<byte[]>> sent;

        Exchange(HttpRequest request, HttpPost post) {
            this.request = request;
            this.post = post;
        }

        void begin() {
            underway.add(this);
            CompletableFuture<HttpReply> unused = reply.whenComplete((answer, failure) -> end(failure));
            try {
                Future<?> deadline = connections.schedule(this::expire, post.deadline());
                CompletableFuture<HttpReply> unusedToo =
                        reply.whenComplete((answer, failure) -> deadline.cancel(false));
                if (closed.get()) {
                    // Since we were asked: whoever closed may have gone through those under way before we were.
                    fail(new IOException("closed"));
                    return;
                }
                connections.executor().execute(this::prepare);
            } catch (RejectedExecutionException e) {
                fail(new IOException("closed"));
            }
        }

        private void prepare() {
            try {
                connections.makeClient();
                if (connections.hasForeignProxySelector()) {
                    connections.waiting(uri.getHost()).execute(choosing);
                } else {
                    lookUp();
                }
            } catch (RuntimeException e) {
                fail(new IOException(e.getMessage(), e));
            }
        }

        /** Where it may wait, if choosing a proxy runs code of the application. */
        private void lookUp() {
            try {
                CompletableFuture<Void> known = Proxies.areUsedFor(uri, connections.proxy())
                        ? CompletableFuture.completedFuture(null)
                        : lookup.start();
                CompletableFuture<Void> unused = known.whenComplete((nothing, failure) -> {
                    if (failure == null) {
                        send();
                    } else {
                        fail(failure);
                    }
                });
            } catch (RuntimeException e) {
                fail(new IOException(e));
            }
        }

        private void send() {
            if (reply.isDone()) {
                return;
            }
            try {
                CompletableFuture<HttpResponse<byte[]>> sending =
                        connections.send(request, head -> new CappedBody(post.replyLimit()));
                sent = sending;
                CompletableFuture<HttpResponse<byte[]>> unused = sending.whenComplete(this::answer);
                if (reply.isCompletedExceptionally()) {
                    cut(sending);
                }
            } catch (RuntimeException e) {
                fail(new IOException(e));
            }
        }

        private void answer(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
            if (response != null) {
                reply.complete(new HttpReply(response.statusCode(), response.headers(), response.body()));
            } else if (failure != null) {
                fail(failure);
            }
        }

        private void expire() {
            fail(new HttpTimeoutException(
                    "no complete answer within " + post.deadline().toMillis() + " ms"));
        }

        private void fail(Throwable failure) {
            reply.completeExceptionally(failure);
        }

        /** Also cuts the exchange off, unless it was answered. */
        private void end(@Nullable Throwable failure) {
            underway.remove(this);
            connections.forget(uri.getHost(), choosing);
            CompletableFuture<HttpResponse<byte[]>> sending = sent;
            if (failure != null && sending != null) {
                cut(sending);
            }
        }

        /**
         * Closes the connection. An exchange that has failed may need that as well as one that is under way: when the
         * answer is not HTTP, the JDK leaves the connection open for ever, and the request in memory (as in
         * https://github.com/spring-projects/spring-framework/issues/35331). To cancel its future has no effect any more
         * then, but {@code HttpClient.sendAsync} promises that it has on one that is derived from it.
         */
        private void cut(CompletableFuture<HttpResponse<byte[]>> sending) {
            boolean unused = sending.newIncompleteFuture().cancel(true);
        }
    }
}
