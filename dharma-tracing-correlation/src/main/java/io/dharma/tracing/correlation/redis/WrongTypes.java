package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.redis.RedisFailure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Reads past what is none of ours: at its place there is nothing. */
final class WrongTypes {

    private WrongTypes() {}

    static CompletableFuture<Void> ignored(CompletableFuture<Void> reading) {
        return reading.exceptionally(thrown -> {
            ignoreOrThrow(thrown);
            return null;
        });
    }

    /** Throws it, unless it says that something of another type was found. */
    static void ignoreOrThrow(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (!(failure instanceof RedisFailure found) || found.kind() != RedisFailure.Kind.WRONG_TYPE) {
            throw new CompletionException(failure);
        }
    }
}
