package io.dharma.tracing.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.internal.trace.SpanSize;
import io.dharma.tracing.sampling.KeepReason;
import io.dharma.tracing.store.NaiveStore.Trace;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.ManualClock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random actions on a store and on lists that are searched from end to end, which have to agree after each. A failure
 * names the seed: {@code -Dstore.seed=SEED} plays it again.
 */
@ExtendWith(LeakCheck.class)
class TraceStoreModelTest {

    private static final long SEED = Long.getLong("store.seed", 20261129L);
    private static final int RUNS = Boolean.getBoolean("torture") ? 400 : 12;
    private static final int ACTIONS = 250;

    private final StoreSpans spans = new StoreSpans();

    @TempDir
    Path directories;

    @Test
    void memory_agreesWithTheModel() throws IOException {
        for (int run = 0; run < RUNS; run++) {
            Random random = new Random(SEED + run);
            int maxSpans = 8 + random.nextInt(60);
            long maxBytes = random.nextBoolean() ? 1_000_000 : 8_000 + random.nextInt(20_000);
            play(new Play(SEED + run, null, maxSpans, maxBytes, new NaiveStore(maxSpans, maxBytes, 3)));
        }
    }

    /** Memory is small, and the disk large enough for everything. */
    @Test
    void disk_agreesWithTheModel() throws IOException {
        for (int run = 0; run < RUNS; run++) {
            Path directory = directories.resolve("run-" + run).resolve("0");
            play(new Play(SEED + run, directory, 20, 20_000, new NaiveStore(1_000_000, 1_000_000_000, 3)));
        }
    }

    private static void play(Play play) throws IOException {
        try {
            for (int action = 0; action < ACTIONS; action++) {
                play.act();
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("with -Dstore.seed=" + play.seed, e);
        } finally {
            play.store.close(Duration.ofSeconds(5));
        }
    }

    private final class Play {

        private final long seed;
        private final Random random;
        private final int maxSpans;
        private final long maxBytes;
        private final NaiveStore model;
        private final ManualClock clock = ManualClock.create();
        private @Nullable Path directory;
        private TraceStore store;
        private long lastSpan;
        private long newestTrace = 1;

        Play(long seed, @Nullable Path directory, int maxSpans, long maxBytes, NaiveStore model) {
            this.seed = seed;
            this.random = new Random(seed);
            this.directory = directory;
            this.maxSpans = maxSpans;
            this.maxBytes = maxBytes;
            this.model = model;
            this.store = open();
        }

        private TraceStore open() {
            TraceStore.Builder builder =
                    TraceStore.builder().memory(maxSpans, maxBytes).maxPinned(3).clock(clock);
            Path where = directory;
            if (where == null) {
                return builder.build();
            }
            TraceStore opened = builder.directory(where).build();
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> opened.stats().disk() == StoreStats.Disk.WRITING);
            return opened;
        }

        void act() throws IOException {
            switch (random.nextInt(12)) {
                case 0 -> assertThat(pin()).isTrue();
                case 1 -> {
                    String id = someTrace();
                    assertThat(store.unpin(id)).isEqualTo(model.unpin(id));
                }
                case 2, 3 -> find(someTrace());
                case 4 -> search();
                case 5 -> pageThrough();
                case 6 -> restart();
                default -> deliver();
            }
            check();
        }

        private boolean pin() {
            String id = someTrace();
            return store.pin(id) == model.pin(id);
        }

        private String someTrace() {
            return StoreSpans.traceId(1 + random.nextInt((int) newestTrace + 1));
        }

        private void deliver() {
            List<SpanData> batch = new ArrayList<>();
            int count = 1 + random.nextInt(random.nextInt(20) == 0 ? 80 : 6);
            for (int i = 0; i < count; i++) {
                boolean late = random.nextInt(3) > 0;
                long trace = late ? Math.max(1, newestTrace - random.nextInt(10)) : ++newestTrace;
                batch.add(span(trace));
            }
            clock.advance(Duration.ofMillis(random.nextInt(3)));
            store.deliver(batch);
            model.deliver(batch);
        }

        private SpanData span(long trace) {
            long id = ++lastSpan;
            StoreSpans.Maker maker = spans.span(trace, id, "name-" + random.nextInt(6))
                    .service("service-" + random.nextInt(3))
                    .startMillis(random.nextInt(100_000))
                    .took(Duration.ofMillis(random.nextInt(5_000)));
            switch (random.nextInt(4)) {
                case 0 -> maker.parent(id + 1_000_000);
                case 1 -> maker.remoteParent(id + 1_000_000);
                default -> maker.parent(0);
            }
            if (random.nextInt(8) == 0) {
                maker.failed("no");
            }
            maker.attributes(attributes());
            return maker.data();
        }

        private Attributes attributes() {
            var attributes = Attributes.builder().put("number", random.nextInt(5));
            if (random.nextBoolean()) {
                attributes.put("text", "value-" + random.nextInt(4));
            }
            if (random.nextInt(10) == 0) {
                attributes.put(
                        KeepReason.ATTRIBUTE,
                        random.nextBoolean() ? KeepReason.ERROR.value() : KeepReason.SLOW.value());
            }
            if (random.nextInt(20) == 0) {
                attributes.put("large", "x".repeat(random.nextInt(4_000)));
            }
            return attributes.build();
        }

        private void find(String id) {
            Trace expected = model.find(id);
            var found = store.find(id);
            assertThat(found.isPresent()).isEqualTo(expected != null);
            if (expected != null) {
                StoredTrace trace = found.orElseThrow();
                assertThat(contents(trace.spans())).isEqualTo(contents(expected.spans));
                assertThat(trace.summary().pinned()).isEqualTo(expected.pinned);
                assertThat(trace.summary().spans()).isEqualTo(expected.spans.size());
                assertThat(trace.summary().duration()).isEqualTo(Duration.ofNanos(expected.duration()));
                assertThat(trace.summary().start()).isEqualTo(Instant.ofEpochSecond(0, expected.start()));
                assertThat(trace.summary().failed()).isEqualTo(expected.failed());
            }
        }

        private void search() {
            TraceQuery.Builder query = TraceQuery.builder().limit(1_000);
            Predicate<Trace> condition = trace -> true;
            List<Integer> kinds = new ArrayList<>(IntStream.range(0, 10).boxed().toList());
            Collections.shuffle(kinds, random);
            for (int kind : kinds.subList(0, random.nextInt(4))) {
                condition = condition.and(addCondition(kind, query));
            }
            List<String> expected = model.all().stream()
                    .filter(condition)
                    .map(trace -> trace.id)
                    .toList();
            List<String> found = new ArrayList<>();
            TraceQuery asked = query.build();
            TracePage page = store.search(asked);
            page.traces().forEach(trace -> found.add(trace.traceId()));
            while (page.next() != null) {
                page = store.search(asked.after(page.next()));
                page.traces().forEach(trace -> found.add(trace.traceId()));
            }
            assertThat(found).isEqualTo(expected);
        }

        private Predicate<Trace> addCondition(int kind, TraceQuery.Builder query) {
            switch (kind) {
                case 0 -> {
                    String name = "name-" + random.nextInt(8);
                    query.name(name);
                    return trace -> trace.any(span -> span.getName().equals(name));
                }
                case 1 -> {
                    query.name("*-3");
                    return trace -> trace.any(span -> span.getName().endsWith("-3"));
                }
                case 2 -> {
                    String service = "service-" + random.nextInt(4);
                    query.service(service);
                    return trace -> trace.any(span ->
                            service.equals(span.getResource().getAttribute(AttributeKey.stringKey("service.name"))));
                }
                case 3 -> {
                    query.attribute("text");
                    return trace -> trace.any(span -> span.getAttributes().get(AttributeKey.stringKey("text")) != null);
                }
                case 4 -> {
                    long value = random.nextInt(6);
                    query.attribute("number", Long.toString(value));
                    return trace -> trace.any(span ->
                            Long.valueOf(value).equals(span.getAttributes().get(AttributeKey.longKey("number"))));
                }
                case 5 -> {
                    Duration least = Duration.ofMillis(random.nextInt(50_000));
                    query.atLeast(least);
                    return trace -> trace.duration() >= least.toNanos();
                }
                case 6 -> {
                    Duration most = Duration.ofMillis(random.nextInt(50_000));
                    query.atMost(most);
                    return trace -> trace.duration() <= most.toNanos();
                }
                case 7 -> {
                    query.failed();
                    return Trace::failed;
                }
                case 8 -> {
                    query.kept(KeepReason.SLOW);
                    return trace -> trace.any(span ->
                            KeepReason.SLOW.value().equals(span.getAttributes().get(KeepReason.ATTRIBUTE)));
                }
                default -> {
                    Instant from = StoreSpans.NOON.plusMillis(random.nextInt(60_000));
                    Instant to = from.plusMillis(random.nextInt(60_000));
                    query.from(from).to(to);
                    return trace -> !Instant.ofEpochSecond(0, trace.start()).isBefore(from)
                            && Instant.ofEpochSecond(0, trace.start()).isBefore(to);
                }
            }
        }

        private void pageThrough() {
            int limit = 1 + random.nextInt(7);
            TraceQuery query = TraceQuery.builder().limit(limit).build();
            List<String> found = new ArrayList<>();
            TracePage page = store.search(query);
            page.traces().forEach(trace -> found.add(trace.traceId()));
            while (page.next() != null) {
                assertThat(page.traces()).hasSize(limit);
                page = store.search(query.after(page.next()));
                page.traces().forEach(trace -> found.add(trace.traceId()));
            }
            assertThat(found)
                    .isEqualTo(model.all().stream().map(trace -> trace.id).toList());
        }

        /** By closing, or by what is on the disk at some moment, as a process that is killed leaves it. */
        private void restart() throws IOException {
            Path where = directory;
            if (where == null) {
                return;
            }
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(store::pinsAreWritten);
            if (random.nextBoolean()) {
                store.close(Duration.ofSeconds(5));
                store = open();
            } else {
                TraceStore killed = store;
                directory = copy(where);
                store = open();
                killed.close(Duration.ofSeconds(5));
            }
        }

        private void check() {
            StoreStats stats = store.stats();
            assertThat(stats.traces()).isEqualTo(model.all().size());
            assertThat(stats.pinned()).isEqualTo((int)
                    model.all().stream().filter(trace -> trace.pinned).count());
            assertThat(stats.spans())
                    .isEqualTo(model.all().stream()
                            .mapToLong(trace -> trace.spans.size())
                            .sum());
            assertThat(stats.heldSpans()).isLessThanOrEqualTo(maxSpans);
            assertThat(stats.heldBytes()).isLessThanOrEqualTo(maxBytes);
            List<SpanData> held = store.spans();
            assertThat(stats.heldSpans()).isEqualTo(held.size());
            assertThat(stats.heldBytes())
                    .isEqualTo(held.stream().mapToLong(SpanSize::of).sum());
            if (directory == null) {
                assertThat(stats.evictedTraces()).isEqualTo(model.evicted);
                assertThat(stats.droppedSpans()).isEqualTo(model.dropped);
            } else {
                assertThat(stats.evictedTraces()).isZero();
                assertThat(stats.damagedBlocks()).isZero();
            }
        }
    }

    private static Map<String, String> contents(List<SpanData> spans) {
        Map<String, String> contents = new TreeMap<>();
        for (SpanData span : spans) {
            Map<String, Object> attributes = new TreeMap<>();
            span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
            contents.put(
                    span.getSpanId(),
                    span.getTraceId() + span.getParentSpanId() + span.getName() + span.getKind()
                            + span.getStartEpochNanos() + "-" + span.getEndEpochNanos() + span.getStatus()
                            + span.getResource().getAttributes() + attributes);
        }
        return contents;
    }

    private static Path copy(Path directory) throws IOException {
        Path target = directory.resolveSibling(
                "" + (Integer.parseInt(directory.getFileName().toString()) + 1));
        Files.createDirectory(target);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }
}
