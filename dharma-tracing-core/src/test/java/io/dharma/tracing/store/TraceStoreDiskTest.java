package io.dharma.tracing.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.internal.segment.FaultyDisk;
import io.dharma.tracing.store.StoreStats.Disk;
import io.dharma.tracing.testsupport.LeakCheck;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class TraceStoreDiskTest {

    private static final Duration SOON = Duration.ofMillis(50);

    private final StoreSpans spans = new StoreSpans();
    private final List<TraceStore> opened = new ArrayList<>();
    private final FaultyDisk disk = new FaultyDisk();

    @TempDir
    Path temporary;

    @AfterEach
    void close() {
        opened.forEach(store -> store.close(Duration.ofSeconds(5)));
    }

    private Path directory() {
        return temporary.resolve("history");
    }

    private TraceStore.Builder builder() {
        return TraceStore.builder()
                .directory(directory())
                .disk(disk)
                .retryAfter(SOON)
                .memory(50, Long.MAX_VALUE);
    }

    private TraceStore open() {
        return open(builder());
    }

    private TraceStore open(TraceStore.Builder builder) {
        TraceStore store = builder.build();
        opened.add(store);
        awaitDisk(store, Disk.WRITING);
        return store;
    }

    private static void awaitDisk(TraceStore store, Disk state) {
        await().pollInterval(Duration.ofMillis(2)).until(() -> store.stats().disk() == state);
    }

    private static void restartable(TraceStore store) {
        store.close(Duration.ofSeconds(5));
    }

    private void deliver(TraceStore store, SpanData... batch) {
        var unused = store.deliver(List.of(batch));
    }

    private static String id(long trace) {
        return StoreSpans.traceId(trace);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(file -> file.toString().endsWith(".seg"))
                    .sorted()
                    .toList();
        }
    }

    private long filesBytes() throws IOException {
        long bytes = 0;
        for (Path segment : segments()) {
            bytes += Files.size(segment);
        }
        return bytes;
    }

    /** What cannot be compressed. */
    private static String noise(Random random, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString();
    }

    private SpanData large(Random random, long trace, long id) {
        return spans.span(trace, id, "large")
                .attributes(
                        Attributes.builder().put("noise", noise(random, 1_000)).build())
                .data();
    }

    private static Set<String> all(TraceStore store) {
        Set<String> ids = new HashSet<>();
        TraceQuery query = TraceQuery.builder().limit(500).build();
        TracePage page = store.search(query);
        page.traces().forEach(trace -> assertThat(ids.add(trace.traceId())).isTrue());
        while (page.next() != null) {
            page = store.search(query.after(page.next()));
            page.traces().forEach(trace -> assertThat(ids.add(trace.traceId())).isTrue());
        }
        return ids;
    }

    // ---- surviving

    @Test
    void closingBeforeTheDirectoryIsOpen_losesNothing() {
        TraceStore shortLived = builder().build();
        deliver(shortLived, spans.span(1, 1, "charge-card").data());
        boolean pinned = shortLived.pin(id(1));
        shortLived.close(Duration.ofSeconds(5));

        TraceStore next = open();

        assertThat(pinned).isTrue();
        assertThat(next.find(id(1))).hasValueSatisfying(trace -> {
            assertThat(trace.spans()).hasSize(1);
            assertThat(trace.summary().pinned()).isTrue();
        });
    }

    @Test
    void everything_isFoundAgainAfterARestart() {
        TraceStore first = open();
        for (long trace = 1; trace <= 500; trace++) {
            deliver(
                    first,
                    spans.span(trace, 2 * trace, "GET /orders/" + trace % 7)
                            .attribute("order", "o-" + trace)
                            .data(),
                    spans.span(trace, 2 * trace + 1, "load").parent(2 * trace).data());
        }
        assertThat(first.pin(id(7))).isTrue();
        List<String> order = first.search(q -> q.limit(1_000)).traces().stream()
                .map(TraceSummary::traceId)
                .toList();
        String text = first.find(id(123)).orElseThrow().toString();
        restartable(first);

        TraceStore second = open();

        assertThat(second.search(q -> q.limit(1_000)).traces())
                .extracting(TraceSummary::traceId)
                .isEqualTo(order);
        assertThat(second.find(id(123)).orElseThrow()).hasToString(text);
        assertThat(second.find(id(7)).orElseThrow().summary().pinned()).isTrue();
        assertThat(second.search(q -> q.name("GET /orders/3").limit(1_000)).traces())
                .hasSize(72);
        assertThat(second.search(q -> q.attribute("order", "o-321")).traces())
                .extracting(TraceSummary::traceId)
                .containsExactly(id(321));
        assertThat(second.stats().heldSpans()).isZero();
        assertThat(second.stats().damagedBlocks()).isZero();
    }

    @Test
    void page_goesOnAfterARestart() {
        TraceStore first = open();
        for (long trace = 1; trace <= 20; trace++) {
            deliver(first, spans.plain(trace, trace));
        }
        TraceQuery query = TraceQuery.builder().limit(15).build();
        String next = Objects.requireNonNull(first.search(query).next());
        restartable(first);

        TracePage page = open().search(query.after(next));

        assertThat(page.traces()).extracting(TraceSummary::traceId).containsExactly(id(5), id(4), id(3), id(2), id(1));
    }

    @Test
    void whatArrivesBeforeTheDirectoryIsOpen_isWrittenThen() {
        TraceStore store = builder().build();
        opened.add(store);
        for (long trace = 1; trace <= 20; trace++) {
            deliver(store, spans.plain(trace, trace));
        }
        awaitDisk(store, Disk.WRITING);
        await().until(() -> store.unwrittenSpans() == 0);
        restartable(store);

        assertThat(all(open())).hasSize(20);
    }

    @Test
    void clear_forgetsWhatIsOnDiskToo() throws IOException {
        TraceStore store = open();
        deliver(store, spans.plain(1, 1));
        store.clear();
        assertThat(segments()).isEmpty();
        deliver(store, spans.plain(2, 2));
        restartable(store);

        assertThat(all(open())).containsExactly(id(2));
    }

    // ---- room

    /**
     * Whatever has to go, a trace is there with all its spans since it was heard of, or not at all; and after a restart
     * there is the same as before.
     */
    @Test
    void room_isMadeWithoutTearingTraces() throws IOException {
        long cap = 300_000;
        Random random = new Random(1);
        TraceStore store = open(builder().maxDiskBytes(cap));
        Map<Long, List<String>> delivered = new LinkedHashMap<>();
        Set<Long> pinned = new HashSet<>();
        long id = 0;
        for (long trace = 1; trace <= 1_500; trace++) {
            List<SpanData> batch = new ArrayList<>();
            for (long of : List.of(trace, trace, Math.max(1, trace - random.nextInt(60)), 1L)) {
                if (of != 1 || trace % 20 == 0) {
                    batch.add(large(random, of, ++id));
                    delivered.computeIfAbsent(of, any -> new ArrayList<>()).add(StoreSpans.spanId(id));
                }
            }
            var unused = store.deliver(batch);
            if (trace % 300 == 200 && store.pin(id(trace))) {
                pinned.add(trace);
            }
            assertThat(store.stats().diskBytes()).isLessThanOrEqualTo(cap);
        }
        assertThat(filesBytes()).isEqualTo(store.stats().diskBytes());
        Map<String, List<String>> before = contents(store);
        assertThat(pinned).hasSize(5);
        for (Map.Entry<Long, List<String>> trace : delivered.entrySet()) {
            List<String> found = before.getOrDefault(id(trace.getKey()), List.of());
            // Of a trace that was forgotten and went on, what came after that.
            List<String> newest = trace.getValue()
                    .subList(
                            trace.getValue().size() - found.size(),
                            trace.getValue().size());
            assertThat(found).containsExactlyInAnyOrderElementsOf(newest);
            if (pinned.contains(trace.getKey())) {
                assertThat(found).hasSameSizeAs(trace.getValue());
            }
        }
        assertThat(store.stats().evictedTraces()).isPositive();
        assertThat(before.size()).isGreaterThan(80);
        store.close(Duration.ofSeconds(5));

        TraceStore after = open(builder().maxDiskBytes(cap));

        assertThat(contents(after)).isEqualTo(before);
        assertThat(after.stats().pinned()).isEqualTo(pinned.size());
    }

    private static Map<String, List<String>> contents(TraceStore store) {
        Map<String, List<String>> contents = new HashMap<>();
        for (String id : all(store)) {
            contents.put(
                    id,
                    store.find(id).orElseThrow().spans().stream()
                            .map(SpanData::getSpanId)
                            .sorted()
                            .collect(Collectors.toList()));
        }
        return contents;
    }

    @Test
    void index_isBoundedAgainstHostileNames() {
        long limit = 300_000;
        Random random = new Random(1);
        TraceStore store = open(builder().maxIndexBytes(limit).maxDiskBytes(2_000_000));
        for (long trace = 1; trace <= 3_000; trace++) {
            SpanData[] batch = new SpanData[5];
            for (int i = 0; i < batch.length; i++) {
                batch[i] = spans.span(trace, 10 * trace + i, noise(random, 200)).data();
            }
            deliver(store, batch);
            assertThat(store.stats().index()).isLessThan(limit + 20_000);
        }
        assertThat(store.stats().diskBytes()).isLessThan(2_000_000);
        assertThat(store.stats().traces()).isGreaterThan(10);
    }

    @Test
    void spanThatIsTooLargeForTheDisk_costsItselfOnly() {
        Random random = new Random(1);
        TraceStore store = open();
        SpanData huge = spans.span(1, 1, "huge")
                .attributes(Attributes.builder()
                        .put("noise", noise(random, 600_000))
                        .build())
                .data();
        deliver(store, spans.plain(1, 2), huge, spans.plain(1, 3), spans.plain(2, 4));
        assertThat(store.stats().droppedSpans()).isEqualTo(1);
        assertThat(store.stats().disk()).isEqualTo(Disk.WRITING);
        restartable(store);

        TraceStore after = open();

        assertThat(after.find(id(1)).orElseThrow().spans()).hasSize(2);
        assertThat(after.find(id(2))).isPresent();
    }

    @Test
    void pages_missNothingWhileFilesMakeRoom() {
        Random random = new Random(1);
        TraceStore store = open(builder().maxDiskBytes(400_000));
        List<List<SpanData>> batches = new ArrayList<>();
        for (long trace = 1; trace <= 2_000; trace++) {
            batches.add(List.of(large(random, trace, trace)));
        }
        batches.subList(0, 400).forEach(store::deliver);
        CompletableFuture<Void> arriving =
                CompletableFuture.runAsync(() -> batches.subList(400, 2_000).forEach(store::deliver));
        TraceQuery query = TraceQuery.builder().attribute("noise").limit(50).build();
        int walks = 0;
        while (walks < 2 || !arriving.isDone()) {
            Set<String> before = all(store);
            List<String> seen = new ArrayList<>();
            TracePage page = store.search(query);
            page.traces().forEach(trace -> seen.add(trace.traceId()));
            while (page.next() != null) {
                page = store.search(query.after(page.next()));
                page.traces().forEach(trace -> seen.add(trace.traceId()));
            }
            before.retainAll(all(store));
            assertThat(seen).doesNotHaveDuplicates().containsAll(before);
            walks++;
        }
        arriving.join();
    }

    // ---- damage

    @Test
    void damage_costsTheTracesInThatPlaceOnly() throws IOException {
        TraceStore first = open();
        for (long trace = 1; trace <= 200; trace++) {
            deliver(first, spans.plain(trace, trace));
        }
        restartable(first);
        Path segment = segments().get(0);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(file.length() / 2);
            int old = file.read();
            file.seek(file.length() / 2);
            file.write(old ^ 1);
        }

        TraceStore second = open();

        assertThat(all(second)).hasSize(199);
        assertThat(second.stats().damagedBlocks()).isEqualTo(1);
    }

    @Test
    void blockThatIsDamagedLater_costsItsSpansOnly() throws IOException {
        TraceStore store = open();
        for (long trace = 1; trace <= 200; trace++) {
            deliver(store, spans.plain(trace, trace));
        }
        try (RandomAccessFile file = new RandomAccessFile(segments().get(0).toFile(), "rw")) {
            file.seek(file.length() / 3);
            file.write(new byte[100]);
        }

        long missing =
                all(store).stream().filter(id -> store.find(id).isEmpty()).count();

        assertThat(missing).isBetween(1L, 2L);
        assertThat(store.search(q -> q.attribute("none")).traces()).isEmpty();
    }

    @Test
    void randomFiles_areSurvived() throws IOException {
        Random random = new Random(7);
        for (int run = 0; run < 20; run++) {
            TraceStore store = open();
            for (long trace = 1; trace <= 20; trace++) {
                deliver(store, spans.plain(run * 100L + trace, run * 100L + trace));
            }
            restartable(store);
            Path segment = segments().get(random.nextInt(segments().size()));
            byte[] bytes = Files.readAllBytes(segment);
            for (int i = 0; i < 10; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Files.write(segment, random.nextBoolean() ? bytes : Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        }
        TraceStore store = open();
        all(store).forEach(store::find);
        deliver(store, spans.plain(99_999, 99_999));

        assertThat(store.find(id(99_999))).isPresent();
        assertThat(store.stats().disk()).isEqualTo(Disk.WRITING);
    }

    // ---- trouble

    @Test
    void fullDisk_costsNothingThatFitsIntoMemory() {
        TraceStore store = open();
        deliver(store, spans.plain(1, 1));
        disk.fail("No space left on device");
        deliver(store, spans.plain(2, 2));
        deliver(store, spans.plain(1, 3));

        assertThat(store.stats().disk()).isEqualTo(Disk.MEMORY_ONLY);
        assertThat(store.stats().diskError()).contains("No space left on device");
        assertThat(store.find(id(1)).orElseThrow().spans()).hasSize(2);
        assertThat(store.find(id(2))).isPresent();

        disk.heal();
        awaitDisk(store, Disk.WRITING);
        await().until(() -> store.unwrittenSpans() == 0);
        assertThat(store.stats().diskError()).isNull();
        restartable(store);
        TraceStore after = open();
        assertThat(after.find(id(1)).orElseThrow().spans()).hasSize(2);
        assertThat(after.find(id(2))).isPresent();
        assertThat(after.stats().damagedBlocks()).isZero();
    }

    @Test
    void fullDisk_isStillRead() {
        TraceStore store = open();
        for (long trace = 1; trace <= 200; trace++) {
            deliver(store, spans.plain(trace, trace));
        }
        disk.fail("No space left on device");
        deliver(store, spans.plain(201, 201));

        assertThat(store.find(id(1))).isPresent();
        assertThat(all(store)).hasSize(201);
    }

    @Test
    void longOutage_isBoundedByMemoryAndTearsNoTrace() {
        TraceStore store = open();
        deliver(store, spans.plain(1, 1), spans.plain(2, 2));
        disk.fail("Read-only file system");
        deliver(store, spans.plain(1, 3));
        for (long trace = 10; trace <= 200; trace++) {
            deliver(store, spans.plain(trace, trace));
        }

        assertThat(store.stats().heldSpans()).isEqualTo(50);
        assertThat(store.find(id(1))).isEmpty();
        assertThat(store.find(id(2))).isPresent();
        assertThat(store.find(id(200))).isPresent();
    }

    @Test
    void directoryThatIsDeleted_isMadeAgain() throws IOException {
        TraceStore store = open(builder().clock(io.opentelemetry.sdk.common.Clock.getDefault()));
        deliver(store, spans.plain(1, 1));
        deleteDirectory();
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            deliver(store, spans.plain(2, System.nanoTime()));
            return Files.exists(directory());
        });
        awaitDisk(store, Disk.WRITING);
        await().until(() -> store.unwrittenSpans() == 0);
        restartable(store);

        assertThat(all(open())).contains(id(2));
    }

    private void deleteDirectory() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory());
    }

    @Test
    void directory_thatOthersCanWriteToIsRefused() throws IOException {
        Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
        TraceStore store = builder().build();
        opened.add(store);
        awaitDisk(store, Disk.MEMORY_ONLY);
        deliver(store, spans.plain(1, 1));

        assertThat(store.stats().diskError()).contains("can be written to by every user");
        assertThat(store.find(id(1))).isPresent();
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwx------"));
        awaitDisk(store, Disk.WRITING);
    }

    @Test
    void directory_thatIsALinkIsRefused() throws IOException {
        Files.createSymbolicLink(directory(), Files.createDirectory(temporary.resolve("other")));
        TraceStore store = builder().build();
        opened.add(store);
        awaitDisk(store, Disk.MEMORY_ONLY);

        assertThat(store.stats().diskError()).contains("is a symbolic link");
    }

    @Test
    void directory_ofAnotherUserIsRefused() throws IOException {
        Path another = Files.createDirectory(directory());
        // Only the administrator can give it away.
        assumeThat(Files.getAttribute(another, "unix:uid")).isEqualTo(0);
        Files.setAttribute(another, "unix:uid", 12_345);
        TraceStore store = builder().build();
        opened.add(store);
        awaitDisk(store, Disk.MEMORY_ONLY);

        assertThat(store.stats().diskError()).contains("belongs to 12345");
    }

    @Test
    void files_areForTheUserAlone() throws IOException {
        TraceStore store = open(builder().directory(temporary.resolve("a").resolve("history")));
        deliver(store, spans.plain(1, 1));

        try (Stream<Path> files = Files.walk(temporary.resolve("a"))) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)))
                        .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
            }
        }
    }

    @Test
    void secondStore_keepsInMemoryUntilTheFirstOneIsGone() {
        TraceStore first = open();
        deliver(first, spans.plain(1, 1));
        TraceStore second = builder().build();
        opened.add(second);
        awaitDisk(second, Disk.MEMORY_ONLY);
        deliver(second, spans.plain(2, 2));
        deliver(first, spans.plain(3, 3));
        assertThat(second.stats().diskError()).contains("another process keeps its history there");
        assertThat(all(second)).containsExactly(id(2));

        first.close(Duration.ofSeconds(5));
        awaitDisk(second, Disk.WRITING);
        await().until(() -> second.unwrittenSpans() == 0);

        assertThat(all(second)).containsExactlyInAnyOrder(id(1), id(2), id(3));
        restartable(second);
        assertThat(all(open())).containsExactlyInAnyOrder(id(1), id(2), id(3));
    }
}
