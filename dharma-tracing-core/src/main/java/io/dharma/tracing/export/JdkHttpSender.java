package io.dharma.tracing.export;

import io.dharma.tracing.export.HttpConnections.Settings;
import io.dharma.tracing.spi.BlockingTasks;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** OpenTelemetry's contract of a sender, kept by our transport. For any thread; waits for nothing. */
final class JdkHttpSender implements HttpSender {

    private static final int MAX_WAITING = 1_000;

    private final HttpSenderConfig config;
    private final HttpTransport transport;

    /** What waits for its next attempt; whoever takes one out of here goes on with it. */
    private final Set<Attempts> waiting = ConcurrentHashMap.newKeySet();

    /** For headers, which the application supplies: its code may hang, and that is then this sender's alone. */
    private final Executor mayWait;

    private volatile boolean closed;
    private final Clock clock = Clock.systemUTC();

    JdkHttpSender(HttpSenderConfig config) {
        this.config = config;
        this.transport = new HttpTransport(config.getEndpoint(), AddressRule.ANY, settings(config));
        Executor given = config.getExecutorService();
        this.mayWait = given != null ? given : BlockingTasks.lane(MAX_WAITING);
    }

    private static Settings settings(HttpSenderConfig config) {
        ProxyOptions proxy = config.getProxyOptions();
        return new Settings(
                config.getSslContext(),
                config.getSslContext(),
                proxy == null ? null : proxy.getProxySelector(),
                config.getEnabledProtocols(),
                config.getExecutorService(),
                config.getConnectTimeout());
    }

    @Override
    public void send(MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
        byte[] body;
        try {
            // Here, because the message may be reused as soon as an answer has been reported.
            body = write(message);
        } catch (IOException | RuntimeException e) {
            onError.accept(e);
            return;
        }
        new Attempts(body, onResponse, onError).first();
    }

    @Override
    public CompletableResultCode shutdown() {
        closed = true;
        transport.close();
        waiting.forEach(Attempts::giveUp);
        return CompletableResultCode.ofSuccess();
    }

    private byte[] write(MessageWriter message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.max(32, message.getContentLength()));
        Compressor compressor = config.getCompressor();
        if (compressor == null) {
            message.writeMessage(bytes);
        } else {
            try (OutputStream compressed = compressor.compress(bytes)) {
                message.writeMessage(compressed);
            }
        }
        return bytes.toByteArray();
    }

    private Map<String, List<String>> headers() {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        Map<String, List<String>> supplied = config.getHeadersSupplier().get();
        if (supplied != null) {
            headers.putAll(supplied);
        }
        headers.put("Content-Type", List.of(config.getContentType()));
        Compressor compressor = config.getCompressor();
        if (compressor != null) {
            headers.put("Content-Encoding", List.of(compressor.getEncoding()));
        }
        return headers;
    }

    /** The attempts at sending one message, all of them within one deadline. */
    private final class Attempts {

        private final byte[] body;
        private final Consumer<HttpResponse> onResponse;
        private final Consumer<Throwable> onError;
        private final long begin = System.nanoTime();
        private final long timeout = config.getTimeout().toNanos();
        private final @Nullable RetryPolicy policy = config.getRetryPolicy();
        private int made;
        private volatile @Nullable Future<?> lastChance;

        Attempts(byte[] body, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
            this.body = body;
            this.onResponse = onResponse;
            this.onError = onError;
        }

        /** Where it may wait, as the application supplies the headers. */
        void first() {
            try {
                next(headers());
            } catch (RuntimeException e) {
                onError.accept(e);
            }
        }

        private void next(Map<String, List<String>> headers) {
            made++;
            int replyLimit = (int) Math.min(config.getMaxResponseBodySize(), HttpPost.MAX_REPLY);
            HttpPost post = new HttpPost(body, headers, Duration.ofNanos(left()), replyLimit);
            CompletableFuture<HttpReply> unused = transport.post(post).whenComplete(this::decide);
        }

        private long left() {
            return Math.max(1, timeout - (System.nanoTime() - begin));
        }

        private void decide(@Nullable HttpReply reply, @Nullable Throwable thrown) {
            Throwable failure =
                    thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            if (policy == null || !isRetryable(policy, reply, failure) || !pauseThenNext(policy, reply)) {
                report(reply, failure);
            }
        }

        private boolean isRetryable(RetryPolicy policy, @Nullable HttpReply reply, @Nullable Throwable failure) {
            if (closed || made >= policy.getMaxAttempts()) {
                return false;
            }
            if (reply != null) {
                return AnswerStatus.ofHttp(reply.status()) == AnswerStatus.RETRY;
            }
            Predicate<IOException> chosen = policy.getRetryExceptionPredicate();
            return failure instanceof IOException io
                    && (chosen != null ? chosen.test(io) : !(io instanceof SSLException));
        }

        private boolean pauseThenNext(RetryPolicy policy, @Nullable HttpReply reply) {
            long pause = pause(policy, reply).toNanos();
            if (pause >= left()) {
                return false;
            }
            waiting.add(this);
            try {
                // Whatever keeps the next one from being made, somebody waits for an answer.
                lastChance = transport.schedule(this::timeIsUp, Duration.ofNanos(left()));
                Future<?> unused = transport.schedule(this::soon, Duration.ofNanos(pause));
            } catch (RejectedExecutionException e) {
                return !waiting.remove(this);
            }
            if (closed) {
                // Since we were asked: whoever closed may have gone through those that wait before we did.
                giveUp();
            }
            return true;
        }

        private void soon() {
            try {
                mayWait.execute(this::nextUnlessGivenUp);
            } catch (RejectedExecutionException tooManyWait) {
                timeIsUp();
            }
        }

        private void timeIsUp() {
            if (waiting.remove(this)) {
                onError.accept(new HttpTimeoutException("no attempt could be made in time"));
            }
        }

        /** It waits until the headers are known, however long the application takes for them. */
        private void nextUnlessGivenUp() {
            try {
                Map<String, List<String>> headers = headers();
                if (stopsWaiting()) {
                    next(headers);
                }
            } catch (RuntimeException e) {
                if (stopsWaiting()) {
                    onError.accept(e);
                }
            }
        }

        /** Returns false if it did before, and somebody has been told. */
        private boolean stopsWaiting() {
            boolean waited = waiting.remove(this);
            Future<?> timer = lastChance;
            if (waited && timer != null) {
                timer.cancel(false);
            }
            return waited;
        }

        private void giveUp() {
            if (waiting.remove(this)) {
                onError.accept(new IOException("closed"));
            }
        }

        private Duration pause(RetryPolicy policy, @Nullable HttpReply reply) {
            Duration asked = reply == null ? null : RetryAfter.of(reply, clock);
            if (asked != null) {
                return asked;
            }
            double grown = policy.getInitialBackoff().toNanos() * Math.pow(policy.getBackoffMultiplier(), made - 1);
            double capped = Math.min(grown, (double) policy.getMaxBackoff().toNanos());
            return Duration.ofNanos((long) (capped * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
        }

        private void report(@Nullable HttpReply reply, @Nullable Throwable failure) {
            if (reply != null) {
                onResponse.accept(new SenderResponse(reply.status(), reply.body()));
            } else {
                onError.accept(failure == null ? new IOException("no answer") : failure);
            }
        }
    }
}
