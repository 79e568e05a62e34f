package io.dharma.tracing.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.RedisCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A connection to one server, that is being opened, open, or gone for good. Any thread; no method waits. */
final class NodeConnection {

    private final Node node;
    private final CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;
    private final Executor closing;
    private final AtomicReference<@Nullable RedisFailure> closedFor = new AtomicReference<>();

    /** @param closing where it is closed: away from whoever holds a lock, since what was under way fails there and then */
    NodeConnection(Node node, CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection, Executor closing) {
        this.node = node;
        this.connection = connection;
        this.closing = closing;
    }

    Node node() {
        return node;
    }

    /** Completes once it is open, exceptionally with a {@link RedisFailure}. */
    CompletionStage<NodeConnection> opened() {
        return connection.handle((open, thrown) -> {
            if (thrown == null) {
                return this;
            }
            throw new CompletionException(RedisFailure.of(node, thrown));
        });
    }

    /** Whether it was open and is no more. */
    boolean isLost() {
        return connection.isDone()
                && !connection.isCompletedExceptionally()
                && !connection.join().isOpen();
    }

    /** Whether another has to be opened: it was lost, or closed, or could not be opened. */
    boolean isGone() {
        return closedFor.get() != null || connection.isCompletedExceptionally() || isLost();
    }

    /** Sends them all at once, in this order; only while it is open. What is not sent fails. */
    void send(List<? extends RedisCommand<byte[], byte[], ?>> commands) {
        try {
            var unused = connection.join().dispatch(commands);
        } catch (RuntimeException refused) {
            commands.forEach(command -> {
                boolean unused = command.completeExceptionally(refused);
            });
        }
    }

    /** What is under way on it fails for this reason. */
    void close(RedisFailure reason) {
        if (closedFor.compareAndSet(null, reason)) {
            var unused = connection.thenComposeAsync(StatefulRedisConnection::closeAsync, closing);
        }
    }

    /** Why there is no answer on it any more. */
    RedisFailure reasonFor(Throwable thrown) {
        RedisFailure reason = closedFor.get();
        return reason == null ? RedisFailure.ofConnection(node, thrown) : reason;
    }
}
