package io.dharma.tracing.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.Uninterrupted;
import io.dharma.tracing.pipeline.Priority;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A {@link SinkCursor} on disk: written beside itself and moved into place, so that there is always a whole one.
 *
 * <pre>
 * magic u64 | version u16 | length u32 | elapsed nanoseconds u64
 *   | settled of high priority | settled of normal priority | crc32c u32
 * settled   all below this u64 | ranges u32 | from u64, to u64 | ...
 * </pre>
 *
 * <p>Magic, version, length and the checksum at its end stay where they are in every future version.
 */
final class CursorFile {

    static final String SUFFIX = ".cursor";
    static final int VERSION = 1;

    private static final String TEMPORARY = ".tmp";
    private static final long MAGIC = 0x44_48_41_52_4d_43_55_52L; // DHARMCUR
    private static final int LENGTH_AT = 10;
    private static final int FIXED = 14;
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_NAME = 100;

    /**
     * What a file says.
     *
     * @param isNewer written by a later release; nothing else is known then
     * @param elapsedNanos how old the logs were when it was written
     */
    record Content(boolean isNewer, long elapsedNanos, SinkCursor cursor) {}

    private CursorFile() {}

    /** A name that every file system takes, and takes for another one than that of any other sink. */
    static String nameFor(String sink) {
        StringBuilder name = new StringBuilder();
        long hash = 0xcbf29ce484222325L;
        for (byte b : sink.getBytes(UTF_8)) {
            hash = (hash ^ b) * 0x100000001b3L;
            boolean plain = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-';
            name.append(plain ? String.valueOf((char) b) : String.format("_%02x", b));
        }
        if (name.length() > MAX_NAME) {
            name.setLength(MAX_NAME);
            name.append(String.format("-%016x", hash));
        }
        return name.append(SUFFIX).toString();
    }

    /** Whether the name is that of one that was stored. */
    static boolean isStored(Path file) {
        return file.getFileName().toString().endsWith(SUFFIX);
    }

    /** Whether the name is one that {@link #write} gives, be it for a while only. */
    static boolean isOne(Path file) {
        return isStored(file) || file.getFileName().toString().endsWith(SUFFIX + TEMPORARY);
    }

    static void write(Disk disk, Path file, SinkCursor cursor, long elapsedNanos, boolean sync) throws IOException {
        long changes = cursor.changes();
        byte[] bytes = bytes(cursor, elapsedNanos);
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
        Uninterrupted.run(() -> {
            try (FileChannel channel = disk.open(
                    temporary,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    int written = channel.write(buffer, buffer.position());
                    if (written <= 0) {
                        throw new IOException("nothing more is written to " + temporary);
                    }
                }
                if (sync) {
                    channel.force(false);
                }
            }
            disk.move(temporary, file);
        });
        cursor.stored(changes);
    }

    private static byte[] bytes(SinkCursor cursor, long elapsedNanos) {
        byte[] high = cursor.settled(Priority.HIGH).toBytes();
        byte[] normal = cursor.settled(Priority.NORMAL).toBytes();
        int length = FIXED + Long.BYTES + high.length + normal.length + Integer.BYTES;
        ByteBuffer bytes = ByteBuffer.allocate(length)
                .putLong(MAGIC)
                .putShort((short) VERSION)
                .putInt(length)
                .putLong(elapsedNanos)
                .put(high)
                .put(normal);
        return bytes.putInt(checksum(bytes.array(), length - Integer.BYTES)).array();
    }

    static Content read(Disk disk, Path file) throws IOException {
        byte[] bytes = Uninterrupted.call(() -> {
            try (FileChannel channel = disk.open(file, StandardOpenOption.READ)) {
                ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(MAX_BYTES, channel.size()));
                int read = 0;
                while (buffer.hasRemaining() && read >= 0) {
                    read = channel.read(buffer, buffer.position());
                }
                return buffer.array();
            }
        });
        return parse(bytes);
    }

    /** A damaged one says that nothing is settled: what is delivered twice is not lost. */
    static Content parse(byte[] bytes) {
        Content damaged = new Content(false, 0, new SinkCursor(new Settled(0), new Settled(0)));
        if (bytes.length < FIXED + Integer.BYTES) {
            return damaged;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int length = buffer.getInt(LENGTH_AT);
        boolean whole = buffer.getLong() == MAGIC
                && length >= FIXED + Integer.BYTES
                && length <= bytes.length
                && buffer.getInt(length - Integer.BYTES) == checksum(bytes, length - Integer.BYTES);
        if (!whole) {
            return damaged;
        }
        int version = buffer.getShort() & 0xFFFF;
        if (version > VERSION) {
            return new Content(true, 0, damaged.cursor());
        }
        try {
            buffer.position(FIXED).limit(length - Integer.BYTES);
            long elapsed = buffer.getLong();
            return new Content(false, elapsed, new SinkCursor(Settled.load(buffer), Settled.load(buffer)));
        } catch (BufferUnderflowException notOurs) {
            return damaged;
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
