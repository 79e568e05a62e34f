package io.dharma.tracing.benchmarks;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch.core.bulk.BulkOperation;
import co.elastic.clients.json.jackson.Jackson3JsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import com.sun.management.OperatingSystemMXBean;
import io.dharma.tracing.errors.ErrorDocument;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.elasticsearch.ElasticsearchErrorStore;
import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import io.dharma.tracing.pipeline.Delivery;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpHost;
import org.elasticsearch.client.RestClient;

/**
 * What an error in Elasticsearch costs: {@code -Dbenchmarks.main=ElasticsearchSinkFigures}. Arguments: the URL of a server
 * without security on the same machine, and how many events are written in each round, 20,000 by default. Prints the CPU of
 * this process for each document, by our sink, and by the client as it comes, which maps objects and has a transport of its
 * own; both in batches of 500, two under way at a time. The first rounds are for warming up.
 */
public final class ElasticsearchSinkFigures {

    private static final int BATCH = 500;
    private static final int UNDER_WAY = 2;
    private static final int ROUNDS = 6;
    private static final int FRAMES = 11;

    private ElasticsearchSinkFigures() {}

    /** Takes a minute or so. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("Say where Elasticsearch is: -Dbenchmarks.args=http://127.0.0.1:9200");
        }
        int events = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        String namespace = "figures" + UUID.randomUUID().toString().replace("-", "");
        print("a document: %,d bytes", ErrorDocument.of(event(0)).length);
        for (int round = 1; round <= ROUNDS; round++) {
            measureMaking(round, events);
        }
        ElasticsearchErrorStore store = ElasticsearchErrorStore.builder(arguments[0])
                .namespace(namespace)
                .timeout(Duration.ofMinutes(1))
                .build();
        for (int round = 1; round <= ROUNDS; round++) {
            measureStore(store, round, events);
        }
        store.close(Duration.ofSeconds(1));
        try (RestClientTransport transport = new RestClientTransport(
                RestClient.builder(HttpHost.create(arguments[0])).build(), new Jackson3JsonpMapper())) {
            for (int round = 1; round <= ROUNDS; round++) {
                measureClient(new ElasticsearchAsyncClient(transport), "figures-" + namespace, round, events);
            }
        }
    }

    private static void measureMaking(int round, int count) {
        List<ErrorRecord> events = events(round, count);
        double cpu = ourCpu();
        long bytes = 0;
        for (ErrorRecord event : events) {
            bytes += ErrorDocument.of(event).length;
        }
        print("documents made of events: %.2f us of CPU each (%,d bytes)", (ourCpu() - cpu) * 1e6 / count, bytes);
    }

    private static void measureStore(ElasticsearchErrorStore store, int round, int count) throws Exception {
        List<ErrorRecord> events = events(100 + round, count);
        double cpu = ourCpu();
        long start = System.nanoTime();
        List<CompletableFuture<Delivery>> underWay = new ArrayList<>();
        for (int from = 0; from < count; from += BATCH) {
            underWay.add(store.deliver(events.subList(from, Math.min(count, from + BATCH)))
                    .toCompletableFuture());
            if (underWay.size() == UNDER_WAY) {
                require(underWay.remove(0).get(1, TimeUnit.MINUTES));
            }
        }
        for (CompletableFuture<Delivery> delivery : underWay) {
            require(delivery.get(1, TimeUnit.MINUTES));
        }
        report("our sink, from event to answer", cpu, start, count);
    }

    private static void require(Delivery delivery) throws IOException {
        if (!(delivery instanceof Delivery.Delivered delivered) || delivered.rejected() > 0) {
            throw new IOException("was not written: " + delivery);
        }
    }

    /** The events are maps already, which costs it nothing here. */
    private static void measureClient(ElasticsearchAsyncClient client, String index, int round, int count)
            throws Exception {
        List<Map<String, Object>> documents = new ArrayList<>();
        for (ErrorRecord event : events(200 + round, count)) {
            documents.add(map((ErrorEvent) event));
        }
        double cpu = ourCpu();
        long start = System.nanoTime();
        List<CompletableFuture<?>> underWay = new ArrayList<>();
        for (int from = 0; from < count; from += BATCH) {
            List<BulkOperation> operations = new ArrayList<>();
            for (int i = from; i < Math.min(count, from + BATCH); i++) {
                Map<String, Object> document = documents.get(i);
                String id = round + "-" + i;
                operations.add(BulkOperation.of(operation ->
                        operation.create(create -> create.index(index).id(id).document(document))));
            }
            underWay.add(client.bulk(request -> request.operations(operations)));
            if (underWay.size() == UNDER_WAY) {
                underWay.remove(0).get(1, TimeUnit.MINUTES);
            }
        }
        for (CompletableFuture<?> answer : underWay) {
            answer.get(1, TimeUnit.MINUTES);
        }
        report("the client as it comes, from map to answer", cpu, start, count);
    }

    private static void report(String what, double cpuBefore, long start, int count) {
        double seconds = (System.nanoTime() - start) / 1e9;
        print(
                "%s: %.2f us of CPU each, %,.0f documents/s",
                what, (ourCpu() - cpuBefore) * 1e6 / count, count / seconds);
    }

    private static double ourCpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private static void print(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    // ---- events

    private static List<ErrorRecord> events(int round, int count) {
        List<ErrorRecord> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(event(round * 10_000_000 + i));
        }
        return events;
    }

    private static ErrorEvent event(int number) {
        List<TraceFrame> frames = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            frames.add(new TraceFrame("com.acme.shop.Orders" + i, "placeOrder", "Orders.java", 40 + i));
        }
        Explanation why = new Explanation(
                "java.lang.IllegalStateException",
                frames.get(0),
                "+3",
                "",
                List.of("The first frame in the application."));
        return ErrorEvent.builder(
                        "%032x".formatted(number),
                        Instant.now(),
                        new ServiceIdentity("checkout", "1.4.2", "production", "checkout-1", "node-1"),
                        new Fingerprint("v1-" + "a".repeat(32), "v1-" + "b".repeat(32), "v1-" + "c".repeat(32), why),
                        new StackTraceModel(List.of(new ThrownError(
                                "java.lang.IllegalStateException", "order " + number + " has no lines", frames))))
                .operation("place-order")
                .span("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
                .correlation("order-" + number, null, null)
                .thread("http-nio-8080-exec-1")
                .build();
    }

    private static Map<String, Object> map(ErrorEvent event) {
        List<Object> frames = new ArrayList<>();
        for (TraceFrame frame : event.trace().outermost().frames()) {
            frames.add(List.of(frame.className(), frame.method(), frame.line(), String.valueOf(frame.file())));
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("@timestamp", event.time().toString());
        map.put("event", Map.of("id", event.id(), "kind", "event", "dataset", "dharma.error"));
        map.put(
                "error",
                Map.of(
                        "id",
                        event.id(),
                        "type",
                        event.type(),
                        "message",
                        event.message().orElse(""),
                        "stack_trace",
                        String.join(
                                "\n\tat ",
                                event.trace().outermost().frames().stream()
                                        .map(TraceFrame::toString)
                                        .toList())));
        map.put("service", Map.of("name", event.service().name(), "node", Map.of("name", "checkout-1")));
        map.put(
                "dharma",
                Map.of(
                        "group",
                        event.group(),
                        "family",
                        event.fingerprint().family(),
                        "exact",
                        event.fingerprint().exact(),
                        "correlation_id",
                        event.correlationId().orElse(""),
                        "trace",
                        frames));
        return map;
    }
}
