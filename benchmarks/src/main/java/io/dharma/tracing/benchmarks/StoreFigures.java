package io.dharma.tracing.benchmarks;

import io.dharma.tracing.internal.otlp.SpanCodec;
import io.dharma.tracing.store.StoreStats;
import io.dharma.tracing.store.TracePage;
import io.dharma.tracing.store.TraceQuery;
import io.dharma.tracing.store.TraceStore;
import io.dharma.tracing.store.TraceSummary;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/**
 * What a store's 64 MB on disk hold and cost: {@code -Dbenchmarks.main=StoreFigures}. Argument: how many traces are
 * recorded, 120,000 by default, which is more than fit. Prints what a span takes, how long one is on its way in, how long
 * questions to the full store take, how long a restart takes to read it, and what each trace takes of the heap. In front
 * of that, what the levels of compression are worth.
 */
public final class StoreFigures {

    private static final int BLOCK = 64 << 10;
    private static final int QUESTIONS = 2_000;

    private StoreFigures() {}

    /** Takes half a minute or so. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int traces = arguments.length == 0 ? 120_000 : Integer.parseInt(arguments[0]);
        compareLevels();
        Path directory = temporaryDirectory();
        try {
            TraceStore store = open(directory);
            fill(store, traces);
            List<String> ids = walk(store);
            ask(store, ids);
            store.close(Duration.ofSeconds(10));
            restart(directory);
        } finally {
            delete(directory);
        }
    }

    // Compression

    private static void compareLevels() {
        List<byte[]> blocks = blocks();
        for (int round = 0; round < 2; round++) {
            for (int level : new int[] {1, 3, 6, 9}) {
                long raw = 0;
                long packed = 0;
                long start = System.nanoTime();
                for (byte[] block : blocks) {
                    raw += block.length;
                    packed += deflated(block, level);
                }
                long nanos = System.nanoTime() - start;
                if (round > 0) {
                    print(
                            "level %d: %.1f %% of %d bytes, %.1f ns/byte",
                            level, 100.0 * packed / raw, raw, nanos / (double) raw);
                }
            }
        }
    }

    private static List<byte[]> blocks() {
        SpanCodec codec = new SpanCodec();
        List<byte[]> blocks = new ArrayList<>();
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        RecordedTraces.record(10_000, batch -> {
            for (SpanData span : batch) {
                ByteBuffer record = codec.encodeShared(span);
                block.write(record.array(), record.arrayOffset() + record.position(), record.remaining());
                if (block.size() >= BLOCK) {
                    blocks.add(block.toByteArray());
                    block.reset();
                }
            }
        });
        return blocks;
    }

    private static int deflated(byte[] block, int level) {
        Deflater deflater = new Deflater(level, true);
        deflater.setInput(block);
        deflater.finish();
        int length = deflater.deflate(new byte[block.length * 2]);
        deflater.end();
        return length;
    }

    // A full store

    private static void fill(TraceStore store, int traces) {
        long[] spent = new long[2];
        RecordedTraces.record(traces, batch -> {
            long start = System.nanoTime();
            var unused = store.deliver(batch);
            spent[0] += System.nanoTime() - start;
            spent[1] += batch.size();
        });
        StoreStats stats = store.stats();
        print("in: %.0f ns/span, of %d spans", spent[0] / (double) spent[1], spent[1]);
        print(
                "kept: %d traces, %d spans, %.1f bytes/span on disk, index %.0f bytes/trace by its own account",
                stats.traces(),
                stats.spans(),
                stats.diskBytes() / (double) stats.spans(),
                stats.index() / (double) stats.traces());
        print("%s", stats);
    }

    private static List<String> walk(TraceStore store) {
        TraceQuery query = TraceQuery.builder().limit(1_000).build();
        List<String> ids = new ArrayList<>();
        TracePage page = store.search(query);
        long start = System.nanoTime();
        int pages = 1;
        while (page.next() != null) {
            page.traces().stream().map(TraceSummary::traceId).forEach(ids::add);
            page = store.search(query.after(page.next()));
            pages++;
        }
        page.traces().stream().map(TraceSummary::traceId).forEach(ids::add);
        print("page of 1,000: %.2f ms", millisSince(start) / pages);
        return ids;
    }

    private static void ask(TraceStore store, List<String> ids) {
        Random random = new Random(1);
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < QUESTIONS; i++) {
                if (store.find(ids.get(random.nextInt(ids.size()))).isEmpty()) {
                    throw new IllegalStateException("a trace is missing");
                }
            }
            print("find by id: %.3f ms", millisSince(start) / QUESTIONS);
            start = System.nanoTime();
            int found =
                    store.search(query -> query.name("GET /orders/7")).traces().size();
            print("search by name, a page of %d: %.2f ms", found, millisSince(start));
            start = System.nanoTime();
            TraceQuery none = TraceQuery.builder().attribute("order.id", "none").build();
            TracePage page = store.search(none);
            print("search by attribute, a page: %.1f ms", millisSince(start));
            int pages = 1;
            while (page.next() != null) {
                page = store.search(none.after(page.next()));
                pages++;
            }
            print("search by attribute, all of it: %.0f ms in %d pages", millisSince(start), pages);
        }
    }

    private static void restart(Path directory) throws IOException, InterruptedException {
        for (int round = 0; round < 3; round++) {
            long before = usedHeap();
            long start = System.nanoTime();
            TraceStore store = TraceStore.builder().directory(directory).build();
            double built = millisSince(start);
            awaitOpen(store);
            double opened = millisSince(start);
            StoreStats stats = store.stats();
            print(
                    "restart: build() %.2f ms, %d traces of %d bytes read after %.0f ms, %.0f bytes of heap/trace",
                    built, stats.traces(), stats.diskBytes(), opened, (usedHeap() - before) / (double) stats.traces());
            store.close(Duration.ofSeconds(10));
        }
    }

    private static long usedHeap() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    // For others

    static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("dharma-store");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until all that is there can be found. */
    static TraceStore open(Path directory) {
        TraceStore store = TraceStore.builder().directory(directory).build();
        awaitOpen(store);
        return store;
    }

    private static void awaitOpen(TraceStore store) {
        while (store.stats().disk() == StoreStats.Disk.OPENING) {
            Thread.onSpinWait();
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
