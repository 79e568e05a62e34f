package io.dharma.tracing.correlation.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.RedisCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A connection to one server, that is being opened, open, or gone for good. Any thread; no method waits. */
final class NodeConnection {

    private final Node node;
    private final CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;
    private final AtomicReference<@Nullable RedisFailure> closedFor = new AtomicReference<>();

    NodeConnection(Node node, CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection) {
        this.node = node;
        this.connection = connection;
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

    /** Whether it was lost, or could not be opened. */
    boolean isGone() {
        if (!connection.isDone()) {
            return closedFor.get() != null;
        }
        return closedFor.get() != null
                || connection.isCompletedExceptionally()
                || !connection.join().isOpen();
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
            var unused = connection.thenCompose(StatefulRedisConnection::closeAsync);
        }
    }

    /** Why there is no answer on it any more. */
    RedisFailure reasonFor(Throwable thrown) {
        RedisFailure reason = closedFor.get();
        return reason == null ? RedisFailure.ofConnection(node, thrown) : reason;
    }
}
