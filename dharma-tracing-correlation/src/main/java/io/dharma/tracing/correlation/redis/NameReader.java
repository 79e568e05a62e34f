package io.dharma.tracing.correlation.redis;

import static io.dharma.tracing.correlation.redis.Pages.ascii;

import io.dharma.tracing.redis.RedisConnection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Finds the texts of names. Any thread. */
final class NameReader {

    /** A chain with more different names loses those beyond: they are shown as unknown. */
    private static final int MAX_NAMES = 2_000;

    private static final int AT_A_TIME = 256;

    /** As much of it as any text of ours has, whatever is at its key. */
    private static final byte[] LAST_BYTE = ascii(String.valueOf(Name.MAX_TEXT_BYTES - 1));

    private final RedisConnection route;
    private final Keys keys;

    NameReader(RedisConnection route, Keys keys) {
        this.route = route;
        this.keys = keys;
    }

    /** What names say, those that are kept. */
    record Names(Map<Long, byte[]> texts) {

        Name.Operation operation(long id) {
            byte[] text = texts.get(id);
            Name.Operation operation = text == null ? null : Name.readOperation(text);
            return operation == null ? Name.Operation.UNKNOWN : operation;
        }

        /** Whether it is there, and that of an operation. */
        boolean hasOperation(long id) {
            byte[] text = texts.get(id);
            return text != null && Name.readOperation(text) != null;
        }

        @Nullable
        String errorType(@Nullable Long id) {
            byte[] text = id == null ? null : texts.get(id);
            return text == null ? null : Name.readErrorType(text);
        }
    }

    CompletableFuture<Names> read(Collection<Long> ids) {
        Map<Long, byte[]> texts = new ConcurrentHashMap<>();
        List<Long> wanted = ids.stream().distinct().limit(MAX_NAMES).toList();
        return Several.atATime(AT_A_TIME, wanted, id -> read(id, texts)).thenApply(read -> new Names(texts));
    }

    private CompletableFuture<Void> read(long id, Map<Long, byte[]> texts) {
        return route.ask("GETRANGE", keys.name(id), ascii("0"), LAST_BYTE).handle((answer, thrown) -> {
            if (thrown != null) {
                WrongTypes.ignoreOrThrow(thrown);
            } else if (answer.size() == 1 && answer.get(0) instanceof byte[] text) {
                texts.put(id, text);
            }
            return null;
        });
    }
}
