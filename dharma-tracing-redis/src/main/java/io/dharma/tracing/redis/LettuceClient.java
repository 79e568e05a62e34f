package io.dharma.tracing.redis;

import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.spi.BlockingTasks;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.event.Event;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.DecodeBufferPolicies;
import io.lettuce.core.protocol.DecodeBufferPolicy;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Opens connections to single servers. Of all that Lettuce can do on top, such as to reconnect, to find servers again
 * and to keep what could not be sent, nothing is used: each of these has queues, threads or log lines of its own, and
 * the pipeline does it already.
 *
 * <p>Has a {@link RedisThread} from the first connection on. Any thread may call any method; none waits but
 * {@link #close}.
 */
final class LettuceClient implements Executor {

    private static final String CLIENT_NAME = "dharma-tracing";

    /** On one connection: more than eight batches of 512 records, each with two commands of its own. */
    private static final int MAX_COMMANDS_UNDER_WAY = 16 * 1024;

    private final BlockingTasks.Lane starting = BlockingTasks.lane(2);
    private final RedisAddress address;
    private final Credentials ofSentinels;
    private final @Nullable TlsSettings tls;
    private final Duration timeToConnect;

    // Guarded by this.
    private @Nullable CompletableFuture<Running> running;
    private boolean closed;

    /** What there is while it runs. */
    record Running(RedisThread thread, ClientResources resources, RedisClient client) {

        void close(Duration deadline) {
            thread.close(deadline, () -> {
                var unusedConnections = client.shutdownAsync(0, 0, TimeUnit.NANOSECONDS);
                Future<Boolean> unusedResources = resources.shutdown(0, 0, TimeUnit.NANOSECONDS);
            });
        }
    }

    /** @param tls null for the JDK's own settings; of no effect unless the address says TLS */
    LettuceClient(RedisAddress address, Credentials ofSentinels, @Nullable TlsSettings tls, Duration timeToConnect) {
        this.address = address;
        this.ofSentinels = ofSentinels;
        this.tls = tls;
        this.timeToConnect = timeToConnect;
    }

    /**
     * A new connection, to a server that may not be one of the address's own, on which we are known by user and password.
     *
     * @return may take twice the time to connect: for the connection, and for the server to say that it knows us
     */
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect(Node node) {
        RedisURI uri = uriOf(node);
        uri.setDatabase(address.database());
        new Credentials(address.user(), address.password()).addTo(uri);
        return connect(uri);
    }

    /** A new connection to a sentinel, which knows other users than the servers that it watches, or none. */
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connectToSentinel(Node node) {
        RedisURI uri = uriOf(node);
        ofSentinels.addTo(uri);
        return connect(uri);
    }

    private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connect(RedisURI uri) {
        return started()
                .thenCompose(running -> running.client()
                        .connectAsync(ByteArrayCodec.INSTANCE, uri)
                        .toCompletableFuture());
    }

    /** Has something done on the thread of answers, and never if it is closed before. */
    Runnable schedule(Runnable task, Duration delay) {
        Running now = runningNow();
        if (now == null) {
            return () -> {};
        }
        Future<?> scheduled = now.thread().loop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> {
            boolean unused = scheduled.cancel(false);
        };
    }

    /** On the thread of answers; nothing is done once it is closed. */
    @Override
    public void execute(Runnable task) {
        Running now = runningNow();
        if (now != null) {
            now.thread().loop().execute(task);
        }
    }

    private synchronized @Nullable Running runningNow() {
        return running == null || closed ? null : running.getNow(null);
    }

    /** Loads some hundred classes and starts a thread, so it is not for a thread that others depend on. */
    synchronized CompletableFuture<Running> started() {
        if (closed) {
            return CompletableFuture.failedFuture(RedisFailure.closed());
        }
        if (running == null || running.isCompletedExceptionally()) {
            CompletableFuture<Running> started = new CompletableFuture<>();
            running = started;
            if (!starting.offer(() -> start(started))) {
                started.completeExceptionally(RedisFailure.retry("the client cannot be started yet"));
            }
        }
        return running;
    }

    private void start(CompletableFuture<Running> started) {
        try {
            started.complete(newClient());
        } catch (Throwable noThreadOrMemory) {
            started.completeExceptionally(noThreadOrMemory);
        }
    }

    /** A thread without a client would be nobody's, and so would what it waits on. */
    private Running newClient() {
        RedisThread thread = RedisThread.start();
        try {
            return newClient(thread);
        } catch (Throwable noMemoryOrClass) {
            thread.close(Duration.ZERO, () -> {});
            throw noMemoryOrClass;
        }
    }

    private Running newClient(RedisThread thread) {
        ClientResources resources = ClientResources.builder()
                .eventLoopGroupProvider(thread)
                .eventExecutorGroup(thread.loop())
                .timer(new LoopTimer(thread.loop()))
                .eventBus(new NoEvents())
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .addressResolverGroup(new HostResolver())
                .nettyCustomizer(new Handlers(address.tls() ? tlsSettings() : null))
                .build();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(options());
        return new Running(thread, resources, client);
    }

    private TlsSettings tlsSettings() {
        return tls == null ? TlsSettings.builder().build() : tls;
    }

    private ClientOptions options() {
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_COMMANDS_UNDER_WAY)
                .decodeBufferPolicy(new NothingUnasked())
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeToConnect)
                        .keepAlive(true)
                        .build())
                .build();
    }

    /** Lets go of connections and the thread, and waits a moment for that. */
    void close(Duration deadline) {
        CompletableFuture<Running> last;
        synchronized (this) {
            last = closed ? null : running;
            closed = true;
        }
        if (last != null) {
            var unused = last.thenAccept(running -> running.close(deadline));
        }
    }

    private RedisURI uriOf(Node node) {
        return RedisURI.builder()
                .withHost(node.host())
                .withPort(node.port())
                .withSsl(address.tls())
                .withVerifyPeer(SslVerifyMode.FULL)
                .withTimeout(timeToConnect)
                .withClientName(CLIENT_NAME)
                .build();
    }

    /** Puts into each connection, before anything was said on it, our trust, our certificate, and an ear for lies. */
    private record Handlers(@Nullable TlsSettings tls) implements NettyCustomizer {

        @Override
        public void afterChannelInitialized(Channel channel) {
            ChannelPipeline handlers = channel.pipeline();
            SslHandler theirs = handlers.get(SslHandler.class);
            if (tls != null && theirs != null) {
                SSLEngine engine = theirs.engine();
                SslHandler ours = new SslHandler(tls.clientEngine(engine.getPeerHost(), engine.getPeerPort()));
                ours.setHandshakeTimeoutMillis(theirs.getHandshakeTimeoutMillis());
                handlers.replace(theirs, null, ours);
            }
            handlers.addBefore(handlers.context(CommandHandler.class).name(), null, new AnswerGuard());
        }
    }

    /** Drops what nobody asked for: Lettuce would keep it for a command that is still to come, however much it is. */
    private static final class NothingUnasked implements DecodeBufferPolicy {

        private final DecodeBufferPolicy theirs = DecodeBufferPolicies.ratio(3);

        @Override
        public void afterPartialDecode(ByteBuf buffer) {
            theirs.afterPartialDecode(buffer);
        }

        @Override
        public void afterCommandDecoded(ByteBuf buffer) {
            theirs.afterCommandDecoded(buffer);
        }

        /** No command waits for an answer, or all that arrived was read. */
        @Override
        public void afterDecoding(ByteBuf buffer) {
            buffer.clear();
        }
    }

    /** Nobody listens. */
    private static final class NoEvents implements EventBus {

        @Override
        public Flux<Event> get() {
            return Flux.empty();
        }

        @Override
        public void publish(Event event) {}
    }
}
