package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.Hop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads chains. Any thread. */
final class ChainReader {

    /** Of a chain that is longer some are read; nobody looks at more. */
    private static final int MAX_HOPS = 50_000;

    private final Pages pages;
    private final Keys keys;
    private final NameReader names;

    ChainReader(Pages pages, Keys keys, NameReader names) {
        this.pages = pages;
        this.keys = keys;
        this.names = names;
    }

    /** Empty if nothing is kept. */
    CompletableFuture<List<Hop>> hops(String correlationId) {
        return stored(correlationId).thenCompose(this::named);
    }

    /** As they are kept. */
    CompletableFuture<List<StoredHop>> stored(String correlationId) {
        Map<Object, StoredHop> hops = new LinkedHashMap<>();
        CompletableFuture<Void> read = pages.scan("HSCAN", keys.chain(correlationId), page -> addHops(page, hops));
        return WrongTypes.ignored(read).thenApply(done -> List.copyOf(hops.values()));
    }

    private static void addHops(List<?> fieldsAndValues, Map<Object, StoredHop> hops) {
        for (int i = 0; i + 1 < fieldsAndValues.size() && hops.size() < MAX_HOPS; i += 2) {
            StoredHop hop = hop(fieldsAndValues.get(i), fieldsAndValues.get(i + 1));
            if (hop != null) {
                hops.put(hop.id(), hop);
            }
        }
    }

    private static @Nullable StoredHop hop(@Nullable Object field, @Nullable Object value) {
        return field instanceof byte[] name && value instanceof byte[] bytes ? HopCodec.decode(name, bytes) : null;
    }

    private CompletableFuture<List<Hop>> named(List<StoredHop> hops) {
        List<Long> ids = hops.stream().flatMap(ChainReader::names).toList();
        return names.read(ids)
                .thenApply(known -> hops.stream()
                        .map(hop -> hop.named(known.operation(hop.name()), known.errorType(hop.errorType())))
                        .toList());
    }

    private static Stream<Long> names(StoredHop hop) {
        return Stream.of(hop.name(), hop.errorType() == null ? hop.name() : hop.errorType());
    }
}
