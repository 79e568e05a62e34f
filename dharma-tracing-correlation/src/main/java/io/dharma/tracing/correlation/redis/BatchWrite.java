package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.redis.ChainPart.EntryOf;
import io.dharma.tracing.correlation.redis.Keys.ServiceHour;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.redis.RedisConnection;
import io.dharma.tracing.redis.RedisFailure;
import io.dharma.tracing.redis.RedisRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way into Redis: first the hops with their names, a command for each chain; then, if all that is
 * there, the indexes. In this order, because a batch that fails is written again: hops a second time change nothing, but
 * each time adds entries to an index, which would push out others during an outage of a part.
 */
final class BatchWrite {

    private static final byte[] EX = {'E', 'X'};

    private final Schema schema;
    private final Map<String, ChainPart> chains = new LinkedHashMap<>();
    private final Map<Long, Name> names = new HashMap<>();
    private final AtomicReference<@Nullable RedisFailure> failure = new AtomicReference<>();

    private BatchWrite(Schema schema) {
        this.schema = schema;
    }

    static BatchWrite of(List<CorrelatedHop> batch, Schema schema) {
        BatchWrite write = new BatchWrite(schema);
        batch.forEach(write::add);
        return write;
    }

    private void add(CorrelatedHop hop) {
        Name name = used(schema.names().of(hop.hop().service(), hop.hop().operation()));
        Name errorType = hop.hop()
                .errorType()
                .map(type -> used(schema.names().ofErrorType(type)))
                .orElse(null);
        chains.computeIfAbsent(hop.correlationId(), ChainPart::new).add(hop, name, errorType);
    }

    private Name used(Name name) {
        names.put(name.id(), name);
        return name;
    }

    /** @param epoch of the route, which is ready */
    CompletableFuture<Delivery> send(RedisConnection route, int epoch) {
        return route.send(hops(epoch))
                .thenCompose(sent -> failure.get() == null ? route.send(indexes(epoch)) : nothing())
                .thenApply(sent -> delivery());
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }

    private Delivery delivery() {
        RedisFailure last = failure.get();
        if (last != null) {
            return last.delivery();
        }
        int rejected = chains.values().stream().mapToInt(ChainPart::rejected).sum();
        return rejected == 0
                ? Delivery.delivered()
                : Delivery.partly(rejected, "their chains are full, or at their keys is something else (WRONGTYPE)");
    }

    // ---- hops

    private List<RedisRequest> hops(int epoch) {
        List<RedisRequest> requests = new ArrayList<>(chains.size() + names.size());
        names.values().forEach(name -> addName(name, epoch, requests));
        chains.values().forEach(chain -> addChain(chain, requests));
        return requests;
    }

    private void addName(Name name, int epoch, List<RedisRequest> requests) {
        if (!schema.written().contains(name.id(), epoch)) {
            List<byte[]> arguments = List.of(name.text(), EX, schema.retention().ofName());
            requests.add(
                    RedisRequest.write("SET", schema.keys().name(name.id()), arguments, remembering(name.id(), epoch)));
        }
    }

    private void addChain(ChainPart chain, List<RedisRequest> requests) {
        byte[] key = schema.keys().chain(chain.correlationId());
        byte[] seconds = schema.retention().ofChain(chain.hasFailed());
        for (ChainPart.Lot lot : chain.lots()) {
            requests.add(
                    RedisRequest.run(Scripts.PUT, key, joined(lot.fieldsAndValues(), seconds), rejecting(chain, lot)));
        }
    }

    // ---- indexes

    private List<RedisRequest> indexes(int epoch) {
        Map<IndexKey, List<byte[]>> entries = new LinkedHashMap<>();
        for (ChainPart chain : chains.values()) {
            chain.entries().forEach(entry -> addEntry(entry, entries));
            chain.mentions().forEach(mention -> addToUser(mention, entries));
        }
        List<RedisRequest> requests = new ArrayList<>(entries.size() + 1);
        entries.forEach((index, values) -> {
            addService(index, epoch, requests);
            requests.add(append(index, values));
        });
        return requests;
    }

    private static void addEntry(EntryOf entry, Map<IndexKey, List<byte[]>> entries) {
        ServiceHour hour = ServiceHour.of(entry.service(), entry.entry().startEpochNanos());
        IndexKey service = new IndexKey(hour, entry.entry().failed(), null);
        entries.computeIfAbsent(service, key -> new ArrayList<>())
                .add(entry.entry().encode());
        addToUser(entry, entries);
    }

    private static void addToUser(EntryOf entry, Map<IndexKey, List<byte[]>> entries) {
        if (entry.userKey() != null) {
            entries.computeIfAbsent(new IndexKey(null, false, entry.userKey()), key -> new ArrayList<>())
                    .add(entry.entry().encode());
        }
    }

    /** Of a service in an hour, or of a user. */
    private record IndexKey(
            @Nullable ServiceHour service,
            boolean failed,
            @Nullable String userKey) {

        /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof IndexKey that
                    && failed == that.failed
                    && Objects.equals(service, that.service)
                    && Objects.equals(userKey, that.userKey);
        }

        @Override
        public int hashCode() {
            return Objects.hash(service, failed, userKey);
        }
    }

    private void addService(IndexKey index, int epoch, List<RedisRequest> requests) {
        ServiceHour service = index.service();
        if (service != null && !schema.written().contains(service, epoch)) {
            List<byte[]> arguments = List.of(schema.retention().ofServices(), Keys.utf8(service.service()));
            requests.add(RedisRequest.run(
                    Scripts.ADD, schema.keys().services(service.hour()), arguments, remembering(service, epoch)));
        }
    }

    private RedisRequest append(IndexKey index, List<byte[]> values) {
        ServiceHour service = index.service();
        byte[] key = service == null
                ? schema.keys().user(String.valueOf(index.userKey()))
                : schema.keys().service(service, index.failed());
        byte[] seconds = service == null
                ? schema.retention().ofUser()
                : schema.retention().ofService(index.failed());
        return RedisRequest.run(
                Scripts.APPEND,
                key,
                joined(
                        values,
                        seconds,
                        schema.retention().indexEntries(),
                        schema.retention().oldestId(schema.clock().now())),
                new Noting());
    }

    private static List<byte[]> joined(List<byte[]> rest, byte[]... first) {
        List<byte[]> all = new ArrayList<>(first.length + rest.size());
        all.addAll(List.of(first));
        all.addAll(rest);
        return all;
    }

    // ---- replies

    private RedisRequest.Reply rejecting(ChainPart chain, ChainPart.Lot lot) {
        return new Noting() {
            @Override
            public void answered(List<Object> places) {
                places.forEach(place -> chain.reject(lot, place));
            }

            @Override
            void neverPossible() {
                chain.reject(lot);
            }
        };
    }

    private RedisRequest.Reply remembering(Object written, int epoch) {
        return new Noting() {
            @Override
            public void answered(List<Object> answer) {
                schema.written().add(written, epoch);
            }
        };
    }

    /** Keeps what went wrong. */
    private class Noting implements RedisRequest.Reply {

        @Override
        public void answered(List<Object> answer) {}

        @Override
        public void failed(RedisFailure failed) {
            if (failed.kind() == RedisFailure.Kind.WRONG_TYPE) {
                neverPossible();
            } else {
                failure.updateAndGet(before -> RedisFailure.worse(before, failed));
            }
        }

        /** The hops are there, if not in this index. */
        void neverPossible() {}
    }
}
