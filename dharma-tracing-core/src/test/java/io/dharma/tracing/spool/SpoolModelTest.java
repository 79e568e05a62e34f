package io.dharma.tracing.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.testsupport.ManualClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Does whatever a pipeline and bad luck may do to a spool, in random order, beside a model that keeps the same in
 * memory. The process dies at any time, in the middle of a write as well, and the next one goes on. In the end every
 * sink must have got what it had not settled; nothing that was noted down as settled comes back, and nothing comes twice
 * in one process. A failure names its seed, and {@code -Dnemesis.seed=SEED} plays it again.
 */
@Timeout(120)
class SpoolModelTest {

    private static final boolean TORTURE = Boolean.getBoolean("torture");
    private static final int STEPS = TORTURE ? 2000 : 400;
    private static final long SEEDS = TORTURE ? 50 : 7;
    private static final List<String> SINKS = List.of("otlp", "zipkin");

    @TempDir
    Path directory;

    private final ManualClock clock = ManualClock.create();
    private final Map<String, Sink> sinks = new HashMap<>();

    /** All that was ever appended, with its priority. */
    private final Map<String, Priority> appended = new HashMap<>();

    /** What the present process appended, by position. */
    private final Map<Priority, List<String>> own = new EnumMap<>(Priority.class);

    /** Appended since the last flush, and between that one and the one before: what dying may cost. */
    private final Set<String> unflushed = new LinkedHashSet<>();

    private final Set<String> justFlushed = new LinkedHashSet<>();
    private final Map<Path, Long> lengthsBeforeFlush = new HashMap<>();

    private Random random = new Random(0);
    private @Nullable Spool<String> spool;
    private int next;

    /** What one sink should know. */
    private static final class Sink {

        private final Set<String> mustCome = new HashSet<>();
        private final Set<String> settled = new HashSet<>();
        private Set<String> noted = new HashSet<>();

        // Of the present process.
        private Journal.@Nullable Reader<String> reader;
        private final Set<String> inherited = new HashSet<>();
        private final List<Journal.Entry<String>> outstanding = new ArrayList<>();
    }

    static LongStream seeds() {
        Long given = Long.getLong("nemesis.seed");
        return given == null
                ? LongStream.concat(LongStream.rangeClosed(1, SEEDS), LongStream.of(System.nanoTime()))
                : LongStream.of(given);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomActions_loseNothing(long seed) throws IOException {
        random = new Random(seed);
        SINKS.forEach(name -> sinks.put(name, new Sink()));
        begin();
        try {
            for (int step = 0; step < STEPS; step++) {
                act();
            }
            die();
            begin();
            finish();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        } finally {
            spool().close(Spools.PATIENCE);
        }
    }

    private void act() throws IOException {
        int what = random.nextInt(100);
        if (what < 50) {
            append();
        } else if (what < 62) {
            flush(Duration.ofMillis(random.nextInt(300)));
        } else if (what < 66) {
            flush(Duration.ofSeconds(1));
        } else if (what < 76) {
            settleSome(any());
        } else if (what < 84) {
            readOwn(any());
        } else if (what < 95) {
            inherit(any(), random.nextInt(10));
        } else if (what < 97) {
            endInGoodOrder();
            begin();
        } else {
            die();
            begin();
        }
    }

    // ---- processes

    private void begin() {
        Spool<String> begun = Spool.builder(directory.resolve("spool"), TextCodec.INSTANCE)
                .maxBytes(64 << 20)
                .fsync(FsyncPolicy.NONE)
                .clock(clock)
                .build();
        spool = begun;
        for (Priority priority : Priority.values()) {
            own.put(priority, new ArrayList<>());
        }
        sinks.forEach((name, sink) -> {
            sink.reader = begun.reader(name);
            sink.inherited.clear();
            sink.outstanding.clear();
        });
    }

    /** At any byte of what was written last. */
    private void die() throws IOException {
        if (random.nextBoolean()) {
            flush(Duration.ZERO);
        }
        if (!Files.exists(directory.resolve("spool"))) {
            return;
        }
        for (Path segment : Spools.segments(directory.resolve("spool"))) {
            Long before = lengthsBeforeFlush.get(segment);
            long now = Files.size(segment);
            if (before != null && before < now && random.nextBoolean()) {
                try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
                    file.setLength(before + random.nextInt((int) (now - before) + 1));
                }
            }
        }
        Spools.kill(directory.resolve("spool"));
        Set<String> perhaps = new HashSet<>(unflushed);
        perhaps.addAll(justFlushed);
        sinks.values().forEach(sink -> {
            sink.mustCome.removeAll(perhaps);
            sink.settled.retainAll(sink.noted);
        });
        unflushed.clear();
        justFlushed.clear();
        lengthsBeforeFlush.clear();
    }

    private void endInGoodOrder() {
        spool().close(Spools.PATIENCE);
        sinks.values().forEach(sink -> sink.noted = new HashSet<>(sink.settled));
        unflushed.clear();
        justFlushed.clear();
        lengthsBeforeFlush.clear();
    }

    // ---- what the pipeline does

    private void append() {
        Priority priority = random.nextInt(4) == 0 ? Priority.HIGH : Priority.NORMAL;
        String text = next++ + "-" + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 60_000 : 500));

        long position = spool().append(text, priority);

        assertThat(position).isEqualTo(of(priority).size());
        of(priority).add(text);
        appended.put(text, priority);
        unflushed.add(text);
        for (Sink sink : sinks.values()) {
            sink.mustCome.add(text);
            sink.outstanding.add(new Journal.Entry<>(text, 1, position));
        }
    }

    private void flush(Duration passed) throws IOException {
        lengthsBeforeFlush.clear();
        if (Files.exists(directory.resolve("spool"))) {
            for (Path segment : Spools.segments(directory.resolve("spool"))) {
                lengthsBeforeFlush.put(segment, Files.size(segment));
            }
        }
        clock.advance(passed);
        spool().flush();
        justFlushed.clear();
        justFlushed.addAll(unflushed);
        unflushed.clear();
        if (passed.toMillis() >= 1000) {
            sinks.values().forEach(sink -> sink.noted = new HashSet<>(sink.settled));
        }
    }

    private void settleSome(Sink sink) {
        for (int i = random.nextInt(30); i > 0 && !sink.outstanding.isEmpty(); i--) {
            // Mostly the oldest, as batches are, but in no order.
            int which = Math.min(random.nextInt(8), sink.outstanding.size() - 1);
            settle(sink, sink.outstanding.remove(which));
        }
    }

    private void settle(Sink sink, Journal.Entry<String> entry) {
        reader(sink).acknowledge(priority(entry.record()), entry.position());
        sink.settled.add(entry.record());
        sink.mustCome.remove(entry.record());
    }

    private void readOwn(Sink sink) {
        Priority priority = random.nextInt(4) == 0 ? Priority.HIGH : Priority.NORMAL;
        List<String> written = of(priority);
        int from = random.nextInt(written.size() + 1);
        for (int i = 0; i < 20; i++) {
            Journal.Entry<String> entry = reader(sink).next(priority, from);
            int found = entry == null ? written.size() : (int) entry.position();
            for (int missing = from; missing < found; missing++) {
                assertIsDoneByAll(written.get(missing));
            }
            if (entry == null) {
                return;
            }
            assertThat(entry.record()).isEqualTo(written.get(found));
            from = found + 1;
        }
    }

    private void assertIsDoneByAll(String text) {
        for (Sink sink : sinks.values()) {
            assertThat(sink.settled).as("only what all sinks have may be gone").contains(text);
        }
    }

    private void inherit(Sink sink, int atMost) {
        Priority priority = random.nextBoolean() ? Priority.HIGH : Priority.NORMAL;
        for (int i = 0; i < atMost; i++) {
            clock.advance(Duration.ofMillis(100));
            Journal.Entry<String> entry = reader(sink).nextInherited(priority);
            if (entry == null) {
                return;
            }
            assertThat(appended.get(entry.record())).isEqualTo(priority);
            assertThat(sink.noted).as("noted down as settled").doesNotContain(entry.record());
            assertThat(sink.inherited.add(entry.record()))
                    .as("once in a process")
                    .isTrue();
            sink.outstanding.add(entry);
        }
    }

    private void finish() throws IOException {
        clock.advance(Duration.ofSeconds(5));
        for (Sink sink : sinks.values()) {
            List<Journal.Entry<String>> all = Spools.inherited(reader(sink));
            assertThat(all).extracting(Journal.Entry::record).doesNotHaveDuplicates();
            assertThat(all).extracting(Journal.Entry::record).containsAll(sink.mustCome);
            assertThat(all)
                    .extracting(Journal.Entry::record)
                    .doesNotContainAnyElementsOf(sink.noted.isEmpty() ? Set.of("") : sink.noted);
            all.forEach(entry -> settle(sink, entry));
        }
        assertThat(spool().stats().lost()).isZero();
        flush(Duration.ofSeconds(1));
        assertThat(Spools.segments(directory.resolve("spool"))).isEmpty();
        spool().close(Spools.PATIENCE);
        try (Stream<Path> left = Files.list(directory.resolve("spool"))) {
            assertThat(left.map(path -> path.getFileName().toString()).filter(name -> !name.endsWith(".lock")))
                    .isEmpty();
        }
    }

    // ---- access

    private Spool<String> spool() {
        Spool<String> present = spool;
        assertThat(present).isNotNull();
        return present;
    }

    private static Journal.Reader<String> reader(Sink sink) {
        Journal.Reader<String> present = sink.reader;
        assertThat(present).isNotNull();
        return present;
    }

    private Sink any() {
        Sink sink = sinks.get(SINKS.get(random.nextInt(SINKS.size())));
        assertThat(sink).isNotNull();
        return sink;
    }

    private List<String> of(Priority priority) {
        List<String> written = own.get(priority);
        assertThat(written).isNotNull();
        return written;
    }

    private Priority priority(String text) {
        Priority priority = appended.get(text);
        assertThat(priority).isNotNull();
        return priority;
    }
}
