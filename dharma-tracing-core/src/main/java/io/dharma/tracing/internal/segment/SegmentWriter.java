package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Writes one segment. What could not be written to the end is written again over itself, so that a disk that was full
 * in the middle of a record leaves nothing of that behind. No file is mapped into memory: with a full disk behind it, a
 * mapped page ends the whole process. One thread at a time.
 */
final class SegmentWriter implements AutoCloseable {

    /** The JDK copies what it writes to memory of its own, which each thread keeps: no more than this. */
    private static final int BYTES_PER_CALL = 64 << 10;

    private final Disk disk;
    private final Path file;
    private @Nullable FileChannel channel;
    private long size;

    private SegmentWriter(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
    }

    /** Creates the file, or nothing if that fails. */
    static SegmentWriter create(Disk disk, Path file, SegmentHeader header) throws IOException {
        SegmentWriter writer = new SegmentWriter(disk, file);
        try {
            writer.channel =
                    Uninterrupted.call(() -> disk.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
            byte[] bytes = SegmentFormat.header(header);
            writer.write(bytes, bytes.length);
            return writer;
        } catch (IOException | RuntimeException e) {
            writer.undo(e);
            throw e;
        }
    }

    private void undo(Exception reason) {
        if (channel == null) {
            // Whatever is there is not ours.
            return;
        }
        try {
            close();
            disk.delete(file);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** Adds to the end; all of it or, for whoever asks {@link #size()}, none. */
    void write(byte[] bytes, int length) throws IOException {
        Uninterrupted.run(() -> writeAt(bytes, length, size));
        size += length;
    }

    /** How many bytes lie behind the end, of a write that broke off on its way. */
    int torn() throws IOException {
        return Uninterrupted.call(() -> (int) Math.max(0, channel().size() - size));
    }

    /** So many of them belong to the segment after all. */
    void keepTorn(int length) {
        size += length;
    }

    private void writeAt(byte[] bytes, int length, long position) throws IOException {
        FileChannel open = channel();
        int written = 0;
        while (written < length) {
            ByteBuffer part = ByteBuffer.wrap(bytes, written, Math.min(BYTES_PER_CALL, length - written));
            written += open.write(part, position + written);
        }
    }

    private FileChannel channel() throws IOException {
        FileChannel open = channel;
        if (open == null || !open.isOpen()) {
            open = disk.open(file, StandardOpenOption.WRITE);
            channel = open;
        }
        return open;
    }

    /** What was written survives a loss of power after this. */
    void force() throws IOException {
        Uninterrupted.run(() -> channel().force(false));
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    /** Whether the file is still where it was written: one that was deleted takes everything and keeps nothing. */
    boolean isThere() {
        return disk.isThere(file);
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            open.close();
        }
    }
}
