package io.dharma.tracing.store;

import io.dharma.tracing.history.HistoryBlock;
import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.history.HistoryTenant;
import io.dharma.tracing.store.TraceBlock.Part;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The traces of a {@link HistoryLog}: writes what the index holds in memory, tells the index what is on disk, and sees to
 * it that making room tears no trace.
 *
 * <p>A segment goes whole, and most of its traces with it. Those that are pinned, and those that go on in later segments,
 * are written once more before it does; of the latter only as much as an eighth of a segment holds, the newest first. A
 * trace for which there is no room is forgotten whole, and a block says so to whoever reads the log after a restart.
 */
final class TraceHistory implements HistoryTenant {

    /** Blocks of spans. */
    static final int TRACES = 1;

    /** Blocks that list all traces that are pinned; the last one counts. */
    static final int PINS = 2;

    /** Blocks that list traces whose earlier blocks are not to be found any more. */
    static final int FORGOTTEN = 3;

    private static final byte[] NOTHING = {};

    private final HistoryLog log;
    private final TraceIndex index;
    private final long maxIndexBytes;
    private final long maxStraddling;
    private final Runnable writeUnwritten;
    private final AtomicLong pinChanges = new AtomicLong();
    private final AtomicBoolean pinsWait = new AtomicBoolean();
    private volatile long writtenPinChanges;
    private volatile long pinsBlock = HistoryLog.NOT_WRITTEN;

    // What was found and not yet handed over; of whoever opens the log.
    private final Map<TraceKey, TraceEntry> found = new LinkedHashMap<>();
    private final Map<TraceWords, TraceWords> foundWords = new HashMap<>();
    private List<TraceKey> foundPins = List.of();

    /** @param writeUnwritten writes all that is only in memory, under whatever locks that takes */
    TraceHistory(HistoryLog log, TraceIndex index, long maxIndexBytes, long segmentBytes, Runnable writeUnwritten) {
        this.log = log;
        this.index = index;
        this.maxIndexBytes = maxIndexBytes;
        this.maxStraddling = segmentBytes / 8;
        this.writeUnwritten = writeUnwritten;
    }

    // Writing

    /** Writes what of these traces is in memory only. One thread at a time. */
    void write(Collection<TraceKey> traces) {
        SpanBytes spans = new SpanBytes();
        TraceBlockWriter writer = new TraceBlockWriter(log, this::wrote);
        for (TraceKey key : traces) {
            TraceEntry entry = index.get(key);
            if (entry != null) {
                write(entry, spans, writer);
            }
        }
        writer.flush();
    }

    private void write(TraceEntry entry, SpanBytes bytes, TraceBlockWriter writer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<SpanData> together = new ArrayList<>();
        for (SpanData span : entry.held().unwrittenSpans()) {
            if (!bytes.write(span, out)) {
                index.countDropped(1);
            }
            together.add(span);
            if (out.size() >= TraceBlockWriter.TARGET) {
                add(entry, together, out, writer);
            }
        }
        add(entry, together, out, writer);
    }

    private static void add(
            TraceEntry entry, List<SpanData> spans, ByteArrayOutputStream out, TraceBlockWriter writer) {
        if (!spans.isEmpty()) {
            byte[] body = out.toByteArray();
            writer.add(entry.key(), entry.sequence(), TraceFacts.of(spans), body, 0, body.length);
            spans.clear();
            out.reset();
        }
    }

    private void wrote(Part part, long number, long share) {
        if (number != HistoryLog.NOT_WRITTEN) {
            index.wrote(part, number, share);
        }
    }

    /** These are not to be found again after a restart, though blocks of theirs stay. */
    void forget(List<TraceKey> traces) {
        if (!traces.isEmpty()) {
            var unused = log.append(FORGOTTEN, TraceBlock.ids(traces), NOTHING);
        }
    }

    /** Something was pinned or is not any more: written by another thread, since who pins does not wait for it. */
    void pinsChanged() {
        pinChanges.incrementAndGet();
        if (pinsWait.compareAndSet(false, true)) {
            log.soon(this::writeWaitingPins);
        }
    }

    private void writeWaitingPins() {
        // First: what changes from here on waits again.
        pinsWait.set(false);
        writeChangedPins();
    }

    /** Nothing that was pinned would be forgotten if the process ended now. */
    boolean pinsAreWritten() {
        return writtenPinChanges >= pinChanges.get();
    }

    void writeChangedPins() {
        if (!pinsAreWritten()) {
            writePins();
        }
    }

    private void writePins() {
        long changes = pinChanges.get();
        HistoryLog.Appended appended = log.append(PINS, TraceBlock.ids(index.pinned()), NOTHING);
        if (appended.number() != HistoryLog.NOT_WRITTEN) {
            pinsBlock = appended.number();
            writtenPinChanges = changes;
        }
    }

    // What earlier processes wrote

    @Override
    public boolean owns(int kind) {
        return kind == TRACES || kind == PINS || kind == FORGOTTEN;
    }

    @Override
    public void found(HistoryBlock block) {
        switch (block.kind()) {
            case TRACES -> {
                TraceBlock traces = TraceBlock.of(block);
                traces.parts().forEach(part -> found(part, block.number(), traces.share(part)));
            }
            case PINS -> {
                foundPins = TraceBlock.readIds(block.head());
                pinsBlock = block.number();
            }
            default -> TraceBlock.readIds(block.head()).forEach(found::remove);
        }
    }

    private void found(Part part, long number, long share) {
        TraceEntry old = found.get(part.key());
        TraceFacts facts = old == null ? part.facts() : old.facts().plus(part.facts());
        TraceEntry entry = old == null ? TraceEntry.of(part.key(), part.sequence(), facts) : old.withFacts(facts);
        TraceWords words = foundWords.computeIfAbsent(facts.words(), same -> same);
        found.put(part.key(), entry.withFacts(facts.withWords(words)).withBlock(number, share));
    }

    @Override
    public void foundAll() {
        found.values().forEach(index::add);
        foundPins.forEach(index::foundPinned);
        found.clear();
        foundWords.clear();
        foundPins = List.of();
    }

    @Override
    public void lost(long first, long end) {
        index.lost(first, end);
    }

    @Override
    public void writable() {
        writeUnwritten.run();
        writeChangedPins();
    }

    @Override
    public double fullness() {
        return (double) index.bytes() / maxIndexBytes;
    }

    // Making room

    @Override
    public void leaving(long first, long end) throws IOException {
        List<TraceEntry> staying = new ArrayList<>();
        List<TraceEntry> straddling = new ArrayList<>();
        List<TraceEntry> going = new ArrayList<>();
        for (TraceEntry entry : index.all()) {
            int there = entry.blocksIn(first, end);
            if (there > 0) {
                boolean goesOn = there < entry.blocks().length || entry.held().unwritten() > 0;
                (entry.pinned() ? staying : goesOn ? straddling : going).add(entry);
            }
        }
        choose(straddling, staying, going);
        carry(staying, first, end);
        let(going, first, end);
        index.lost(first, end);
        if (pinsBlock >= first && pinsBlock < end && !index.pinned().isEmpty()) {
            writePins();
        }
    }

    /** Of those that go on, the newest stay. */
    private void choose(List<TraceEntry> straddling, List<TraceEntry> staying, List<TraceEntry> going) {
        straddling.sort(null);
        long left = maxStraddling;
        for (TraceEntry entry : straddling) {
            left -= entry.diskBytes();
            (left >= 0 ? staying : going).add(entry);
        }
    }

    private void carry(List<TraceEntry> staying, long first, long end) throws IOException {
        Set<TraceKey> keys = new HashSet<>();
        TreeSet<Long> numbers = new TreeSet<>();
        for (TraceEntry entry : staying) {
            keys.add(entry.key());
            entry.addBlocksIn(first, end, numbers);
        }
        Carrying carrying = new Carrying(keys);
        for (long number : numbers) {
            carrying.from(number);
        }
        carrying.end();
    }

    /** Copies parts of traces from blocks that are about to go into new ones. */
    private final class Carrying {

        private final Set<TraceKey> keys;
        private final TraceBlockWriter writer = new TraceBlockWriter(log, this::moved);
        private final List<Long> froms = new ArrayList<>();
        private boolean failed;

        Carrying(Set<TraceKey> keys) {
            this.keys = keys;
        }

        void from(long number) throws IOException {
            HistoryBlock block = log.read(number);
            if (block != null) {
                TraceBlock traces = TraceBlock.of(block);
                for (Part part : traces.parts()) {
                    if (keys.contains(part.key())) {
                        froms.add(number);
                        writer.add(
                                part.key(), part.sequence(), part.facts(), block.body(), part.offset(), part.length());
                    }
                }
            }
            check();
        }

        void end() throws IOException {
            writer.flush();
            check();
        }

        private void moved(Part part, long number, long share) {
            long from = froms.remove(0);
            if (number == HistoryLog.NOT_WRITTEN) {
                failed = true;
            } else {
                index.moved(part.key(), from, number, share);
            }
        }

        private void check() throws IOException {
            if (failed) {
                throw new IOException("what is to stay could not be written again");
            }
        }
    }

    private void let(List<TraceEntry> going, long first, long end) {
        List<TraceKey> elsewhere = new ArrayList<>();
        for (TraceEntry entry : going) {
            if (entry.blocksIn(first, end) < entry.blocks().length) {
                elsewhere.add(entry.key());
            }
            index.forget(entry.key());
        }
        forget(elsewhere);
    }
}
