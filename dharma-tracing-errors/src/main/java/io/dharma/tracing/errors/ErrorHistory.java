package io.dharma.tracing.errors;

import io.dharma.tracing.history.HistoryBlock;
import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.history.HistoryTenant;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.RecentlyUsed;
import io.dharma.tracing.spool.RecordCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What outlives the process of its own errors, in a directory: groups, events and counts, as they were delivered, in a
 * {@link HistoryLog}. After a restart the groups are known as they were, with all that was counted, so that none is called
 * new for being met again.
 *
 * <p>A group's count is that of its last {@link GroupChange} and of all {@link ErrorCount}s after it. Before a segment is
 * deleted, the groups whose last change is in it are written once more.
 *
 * <p>A sink among others, whose deliveries wait for the disk. While the directory cannot be used, what is delivered waits in
 * the pipeline.
 */
final class ErrorHistory implements Sink<ErrorRecord>, HistoryTenant {

    /** The only kind of blocks: records, one after the other, each with its length before it. */
    private static final int RECORDS = 1;

    private static final int MAX_RECORD_BYTES = 1 << 20;
    private static final byte[] NOTHING = {};
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final BackgroundLog LOG = BackgroundLog.of(ErrorTracker.class);

    private final HistoryLog log;
    private final RecordCodec<ErrorRecord> codec;
    private final String instance;
    private final Consumer<ErrorRecord> remember;

    /** Guarded by itself, and never held while a block is appended. */
    private final Map<String, Tally> tallies = new RecentlyUsed<>(2 * GroupRegistry.MAX_GROUPS);

    // Of whoever opens the log.
    private final Map<String, Tally> found = new LinkedHashMap<>();

    /**
     * @param instance this process: what it wrote itself it does not have to remember
     * @param remember is given what earlier processes wrote: their events and counts in their order, then the groups, once
     *     each, with all that was counted
     */
    ErrorHistory(
            Path directory,
            long maxBytes,
            RecordCodec<ErrorRecord> codec,
            String instance,
            Consumer<ErrorRecord> remember) {
        this.log = new HistoryLog(HistoryLog.Settings.of(directory, maxBytes));
        this.codec = codec;
        this.instance = instance;
        this.remember = remember;
    }

    /** A group as it was written last, in which block, and what was counted since. */
    private record Tally(GroupChange change, long block, long countedSince) {

        Tally plus(long count) {
            return new Tally(change, block, countedSince + count);
        }

        GroupChange current() {
            ErrorGroup known = change.known();
            return new GroupChange(
                    change.service(), known.counted(known.count() + countedSince, known.affectedUsers()));
        }
    }

    /** Begins to open the directory, on another thread. */
    void start() {
        log.start(List.of(this));
    }

    /** Whether what earlier processes wrote is known, as far as it can be. */
    boolean isRead() {
        return log.state() != HistoryLog.State.OPENING;
    }

    // Writing

    @Override
    public String name() {
        return "disk";
    }

    /** Shared with what else is kept on this disk. */
    @Override
    public String threadName() {
        return "local";
    }

    @Override
    public CompletionStage<Delivery> deliver(List<ErrorRecord> batch) {
        try {
            log.awaitDirectory(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return CompletableFuture.completedFuture(
                write(batch) ? Delivery.delivered() : Delivery.retry("the directory cannot be written to now"));
    }

    private boolean write(List<ErrorRecord> records) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        List<ErrorRecord> inBlock = new ArrayList<>();
        for (ErrorRecord record : records) {
            byte[] bytes = encoded(record);
            if (block.size() + bytes.length > HistoryLog.SAFE_BYTES && !writeBlock(block, inBlock)) {
                return false;
            }
            append(block, bytes);
            inBlock.add(record);
        }
        return writeBlock(block, inBlock);
    }

    /** One that cannot be written down costs itself only. */
    private byte[] encoded(ErrorRecord record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            codec.encode(record, out);
            return out.toByteArray();
        } catch (IOException | RuntimeException notEncoded) {
            LOG.debug("An error could not be written down", notEncoded);
            return NOTHING;
        }
    }

    private static void append(ByteArrayOutputStream block, byte[] bytes) {
        try {
            DataOutputStream out = new DataOutputStream(block);
            out.writeInt(bytes.length);
            out.write(bytes);
        } catch (IOException impossible) {
            throw new IllegalStateException("memory cannot be written to", impossible);
        }
    }

    private boolean writeBlock(ByteArrayOutputStream block, List<ErrorRecord> records) {
        if (records.isEmpty()) {
            return true;
        }
        long number = log.append(RECORDS, block.toByteArray(), NOTHING).number();
        if (number == HistoryLog.NOT_WRITTEN) {
            return false;
        }
        synchronized (tallies) {
            records.forEach(record -> tally(tallies, record, number));
        }
        block.reset();
        records.clear();
        return true;
    }

    private static void tally(Map<String, Tally> tallies, ErrorRecord record, long block) {
        if (record instanceof GroupChange change) {
            tallies.put(change.group(), new Tally(change, block, 0));
        } else if (record instanceof ErrorCount count) {
            tallies.computeIfPresent(count.group(), (id, tally) -> tally.plus(count.count()));
        }
    }

    // What earlier processes wrote

    @Override
    public boolean owns(int kind) {
        return kind == RECORDS;
    }

    @Override
    public void found(HistoryBlock block) {
        for (ErrorRecord record : read(block.head())) {
            if (!isOwn(record)) {
                tally(found, record, block.number());
                if (!(record instanceof GroupChange)) {
                    remember.accept(record);
                }
            }
        }
    }

    private boolean isOwn(ErrorRecord record) {
        ServiceIdentity service = record instanceof ErrorEvent event
                ? event.service()
                : record instanceof ErrorCount count ? count.service() : ((GroupChange) record).service();
        return service.instance().equals(instance);
    }

    private List<ErrorRecord> read(byte[] block) {
        List<ErrorRecord> records = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(block))) {
            while (in.available() > 0) {
                byte[] bytes = bytes(in);
                if (bytes.length > 0) {
                    decode(bytes, records);
                }
            }
        } catch (IOException damaged) {
            LOG.debug("A block of errors is not what it should be", damaged);
        }
        return records;
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_RECORD_BYTES) {
            throw new IOException("no record has " + length + " bytes");
        }
        return in.readNBytes(length);
    }

    /** One of a later version, say, is left out. */
    private void decode(byte[] bytes, List<ErrorRecord> records) {
        try {
            records.add(codec.decode(bytes));
        } catch (IOException | RuntimeException unreadable) {
            LOG.debug("A record of an error cannot be read", unreadable);
        }
    }

    @Override
    public void foundAll() {
        synchronized (tallies) {
            found.forEach(tallies::putIfAbsent);
        }
        found.values().forEach(tally -> remember.accept(tally.current()));
        found.clear();
    }

    // Making room

    @Override
    public void leaving(long first, long end) {
        List<Tally> leaving;
        synchronized (tallies) {
            leaving = tallies.values().stream()
                    .filter(tally -> tally.block() < end)
                    .toList();
        }
        write(leaving.stream().map(tally -> (ErrorRecord) tally.current()).toList());
    }

    @Override
    public void lost(long first, long end) {
        // The groups are in memory, and are written again when they change.
    }

    @Override
    public double fullness() {
        return 0;
    }

    @Override
    public void writable() {
        // What waits for it waits in the pipeline.
    }

    @Override
    public void close(Duration deadline) {
        log.close(deadline);
    }
}
