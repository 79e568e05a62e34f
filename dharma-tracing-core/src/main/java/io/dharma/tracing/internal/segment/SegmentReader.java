package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a segment's records in order, and over damaged places.
 *
 * <p>A record counts if it begins with the magic number, fits into what is left, is numbered higher than the one
 * before, and has the right checksum. Where there is none the reader goes on byte by byte until there is one again: of
 * a segment with one damaged byte it finds all records but the one around that byte. What is in front of it may be
 * anything, so it allocates no more than the longest record needs, and looks at bytes so and so often at most: whoever
 * could make it calculate long checksums of the same bytes again and again would have found a way to stop us.
 *
 * <p>One thread at a time. Interrupts are survived.
 */
public final class SegmentReader implements AutoCloseable {

    private static final int WINDOW = 64 << 10;

    /** How much may be read in vain for checksums that turn out wrong, before the rest is given up. */
    private static final long FUTILE_BYTES = 64L << 20;

    /** Where the bytes come from. */
    private interface Source {

        /** Reads as much as there is, and at least one byte, into the buffer; -1 at the end. */
        int read(ByteBuffer into, long position) throws IOException;

        long size() throws IOException;

        void close() throws IOException;
    }

    private final Source source;
    private final @Nullable SegmentHeader header;
    private final @Nullable RecordChecksum checksum;
    private long limit;

    /** Bytes of the file from {@code windowAt} on. */
    private byte[] window = new byte[WINDOW];

    private long windowAt;
    private int windowLength;

    private long position = SegmentFormat.HEADER;
    private long lastSequence = -1;
    private long validEnd = SegmentFormat.HEADER;
    private long damagedPlaces;
    private long futileBytes;

    private SegmentReader(Source source, long limit, @Nullable Long knownInstance) throws IOException {
        this.source = source;
        this.limit = Math.min(limit, source.size());
        int begin = (int) Math.min(this.limit, SegmentFormat.headerBytesToRead());
        boolean there = fill(0, begin);
        this.header = there ? SegmentFormat.parseHeader(window, begin) : null;
        Long instance = header == null ? knownInstance : Long.valueOf(header.instance());
        this.checksum = instance == null ? null : new RecordChecksum(instance);
        this.damagedPlaces = header == null ? 1 : 0;
    }

    /**
     * Reads a segment that is in memory: what lies between position and limit of the buffer, which are not changed.
     *
     * @throws NewerFormatException if it is not for this release to read
     */
    public static SegmentReader of(ByteBuffer segment) throws NewerFormatException {
        try {
            return new SegmentReader(new InMemory(segment.slice()), segment.remaining(), null);
        } catch (NewerFormatException e) {
            throw e;
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Reads a whole file, as long as it is now. */
    public static SegmentReader open(Disk disk, Path file) throws IOException {
        return open(disk, file, Long.MAX_VALUE, null);
    }

    /**
     * Reads a file that may be growing.
     *
     * @param limit how far; see {@link #extendTo}
     * @param knownInstance what to check records by if the file does not say; null if that is not known either
     */
    static SegmentReader open(Disk disk, Path file, long limit, @Nullable Long knownInstance) throws IOException {
        InFile source = new InFile(disk, file);
        try {
            return new SegmentReader(source, limit, knownInstance);
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** How the segment begins; null if that is damaged. */
    public @Nullable SegmentHeader header() {
        return header;
    }

    /** The next whole record; null at the end. */
    public @Nullable SegmentRecord next() throws IOException {
        if (checksum == null) {
            return null;
        }
        boolean searching = false;
        while (position + SegmentFormat.RECORD_HEADER <= limit) {
            SegmentRecord record = recordHere(checksum);
            if (record != null) {
                position += SegmentFormat.RECORD_HEADER + record.payload().length;
                lastSequence = record.sequence();
                validEnd = position;
                return record;
            }
            if (!searching) {
                searching = true;
                damagedPlaces++;
            }
            position = futileBytes > FUTILE_BYTES ? limit : nextMagic(position + 1);
        }
        if (!searching && position < limit) {
            damagedPlaces++;
        }
        position = limit;
        return null;
    }

    private @Nullable SegmentRecord recordHere(RecordChecksum expected) throws IOException {
        if (!fill(position, SegmentFormat.RECORD_HEADER)) {
            return null;
        }
        int at = (int) (position - windowAt);
        ByteBuffer bytes = ByteBuffer.wrap(window);
        int length = bytes.getInt(at + 4);
        long sequence = bytes.getLong(at + 8);
        boolean plausible = bytes.getShort(at) == SegmentFormat.RECORD_MAGIC
                && length >= 0
                && length <= SegmentFormat.MAX_PAYLOAD
                && sequence > lastSequence
                && position + SegmentFormat.RECORD_HEADER + length <= limit;
        if (!plausible || !fill(position, SegmentFormat.RECORD_HEADER + length)) {
            return null;
        }
        at = (int) (position - windowAt);
        bytes = ByteBuffer.wrap(window);
        if (bytes.getInt(at + 16) != expected.of(window, at, length)) {
            futileBytes += SegmentFormat.RECORD_HEADER + length;
            return null;
        }
        int payload = at + SegmentFormat.RECORD_HEADER;
        return new SegmentRecord(
                window[at + 2] & 0xFF,
                window[at + 3] & 0xFF,
                sequence,
                position,
                Arrays.copyOfRange(window, payload, payload + length));
    }

    private long nextMagic(long from) throws IOException {
        byte first = (byte) (SegmentFormat.RECORD_MAGIC >> 8);
        byte second = (byte) SegmentFormat.RECORD_MAGIC;
        long at = from;
        while (at + SegmentFormat.RECORD_HEADER <= limit && fill(at, 2)) {
            int end = windowLength - 1;
            for (int i = (int) (at - windowAt); i < end; i++) {
                if (window[i] == first && window[i + 1] == second) {
                    return windowAt + i;
                }
            }
            at = windowAt + end;
        }
        return limit;
    }

    /** Has the bytes from there on in the window. Returns false if there are not so many. */
    private boolean fill(long from, int length) throws IOException {
        if (from >= windowAt && from + length <= windowAt + windowLength) {
            return true;
        }
        if (from + length > limit) {
            return false;
        }
        moveWindow(from, length);
        while (windowLength < length) {
            int space = (int) Math.min(window.length - windowLength, limit - windowAt - windowLength);
            int read = source.read(ByteBuffer.wrap(window, windowLength, space), windowAt + windowLength);
            if (read <= 0) {
                // Shorter than it was: cut off by somebody else.
                limit = windowAt + windowLength;
                return false;
            }
            windowLength += read;
        }
        return true;
    }

    private void moveWindow(long from, int length) {
        long keep = Math.max(0, windowAt + windowLength - from);
        byte[] target = length <= WINDOW ? (window.length == WINDOW ? window : new byte[WINDOW]) : new byte[length];
        if (from >= windowAt && keep > 0) {
            windowLength = (int) Math.min(keep, target.length);
            System.arraycopy(window, (int) (from - windowAt), target, 0, windowLength);
        } else {
            windowLength = 0;
        }
        window = target;
        windowAt = from;
    }

    /** Goes on at a place that {@link SegmentRecord#offset()} or {@link #position()} named, also backwards. */
    public void seek(long offset) {
        position = Math.max(SegmentFormat.HEADER, offset);
        lastSequence = -1;
    }

    /** Where the search for the next record begins. */
    public long position() {
        return position;
    }

    /** The file has grown: reads on until there. Only to where a record ends, as what is beyond is not damage. */
    public void extendTo(long newLimit) {
        limit = Math.max(limit, newLimit);
    }

    /** Where the last whole record that was read ends: what comes after it, at the end, is a torn one. */
    public long validEnd() {
        return validEnd;
    }

    /**
     * Whether what comes after {@link #validEnd()} is a record that breaks off: a write that did not end, and that nobody
     * was told of. A length that was damaged so that it leads beyond the end looks the same.
     */
    boolean endsTorn() throws IOException {
        int there = (int) Math.max(0, Math.min(SegmentFormat.RECORD_HEADER, limit - validEnd));
        if (!fill(validEnd, there)) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.wrap(window, (int) (validEnd - windowAt), there);
        if (there < SegmentFormat.RECORD_HEADER) {
            return beginsWithMagic(bytes);
        }
        long length = bytes.getInt(bytes.position() + 4);
        return beginsWithMagic(bytes)
                && length >= 0
                && length <= SegmentFormat.MAX_PAYLOAD
                && validEnd + SegmentFormat.RECORD_HEADER + length > limit;
    }

    private static boolean beginsWithMagic(ByteBuffer bytes) {
        ByteBuffer magic = ByteBuffer.allocate(Short.BYTES).putShort(0, SegmentFormat.RECORD_MAGIC);
        int length = Math.min(bytes.remaining(), Short.BYTES);
        return bytes.slice(bytes.position(), length).equals(magic.slice(0, length));
    }

    /** How many damaged places were passed so far, a torn end among them. Each cost one record or more. */
    public long damagedPlaces() {
        return damagedPlaces;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** A segment in memory. */
    private record InMemory(ByteBuffer bytes) implements Source {

        @Override
        public int read(ByteBuffer into, long position) {
            int length = (int) Math.min(into.remaining(), bytes.limit() - position);
            if (length <= 0) {
                return -1;
            }
            into.put(bytes.slice((int) position, length));
            return length;
        }

        @Override
        public long size() {
            return bytes.limit();
        }

        @Override
        public void close() {}
    }

    /** A segment in a file, which is opened again when an interrupt closed it. */
    private static final class InFile implements Source {

        private final Disk disk;
        private final Path file;
        private FileChannel channel;

        InFile(Disk disk, Path file) throws IOException {
            this.disk = disk;
            this.file = file;
            this.channel = Uninterrupted.call(() -> disk.open(file, StandardOpenOption.READ));
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            int start = into.position();
            return Uninterrupted.call(() -> {
                into.position(start);
                return channel().read(into, position);
            });
        }

        @Override
        public long size() throws IOException {
            return Uninterrupted.call(() -> channel().size());
        }

        private FileChannel channel() throws IOException {
            if (!channel.isOpen()) {
                channel = disk.open(file, StandardOpenOption.READ);
            }
            return channel;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
