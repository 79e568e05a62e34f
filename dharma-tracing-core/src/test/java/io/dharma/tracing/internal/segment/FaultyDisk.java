package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The real disk, with as much room and such trouble as a test says: what does not fit is written as far as it does, and
 * then the write fails as Linux lets it fail. Files that are there may be written over, as on a real disk. Any thread.
 */
public final class FaultyDisk implements Disk {

    private final Disk real = Disk.system();
    private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
    private final AtomicInteger forces = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private volatile boolean interrupting;
    private volatile boolean readOnly;
    private volatile @Nullable String trouble;

    /** So many bytes can be added from now on. */
    public void room(long bytes) {
        room.set(bytes);
    }

    /** Nothing can be created, changed or deleted from now on. */
    public void readOnly(boolean isReadOnly) {
        readOnly = isReadOnly;
    }

    /** From now on half of what is written arrives before the write fails, and nothing else can be created or moved. */
    public void fail(String reason) {
        trouble = reason;
    }

    /** From now on everything can. */
    public void heal() {
        trouble = null;
    }

    void interruptingEveryOther() {
        interrupting = true;
    }

    int forces() {
        return forces.get();
    }

    private void checkWritable(Path path) throws IOException {
        if (readOnly) {
            throw new FileSystemException(path.toString(), null, "Read-only file system");
        }
    }

    private void checkTrouble() throws IOException {
        String reason = trouble;
        if (reason != null) {
            throw new IOException(reason);
        }
    }

    @Override
    public FileChannel open(Path file, OpenOption... options) throws IOException {
        List<OpenOption> all = Arrays.asList(options);
        boolean writes = all.contains(StandardOpenOption.WRITE);
        if (writes) {
            checkWritable(file);
        }
        return new Channel(file, real.open(file, options));
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        checkWritable(directory);
        checkTrouble();
        real.createDirectory(directory);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        checkWritable(from);
        checkTrouble();
        real.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        checkWritable(path);
        real.delete(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public boolean isThere(Path path) {
        return real.isThere(path);
    }

    private final class Channel extends FileChannel {

        private final Path path;
        private final FileChannel file;

        Channel(Path path, FileChannel file) {
            this.path = path;
            this.file = file;
        }

        /** What closes the real one closes this one. */
        private int interruptibly(Uninterrupted.Call<Integer> call) throws IOException {
            try {
                return call.call();
            } finally {
                if (!file.isOpen()) {
                    close();
                }
            }
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return interruptibly(() -> writeAsMuchAsFits(source, position));
        }

        private int writeAsMuchAsFits(ByteBuffer source, long position) throws IOException {
            if (interrupting && writes.incrementAndGet() % 2 == 0) {
                Thread.currentThread().interrupt();
            }
            checkWritable(path);
            if (trouble != null) {
                writePart(source, position, source.remaining() / 2);
            }
            checkTrouble();
            long grows = Math.max(0, position + source.remaining() - file.size());
            long taken = room.getAndUpdate(left -> Math.max(0, left - grows));
            if (taken >= grows) {
                return file.write(source, position);
            }
            int fits = (int) (source.remaining() - grows + taken);
            if (fits == 0) {
                throw new IOException("No space left on device");
            }
            return writePart(source, position, fits);
        }

        private int writePart(ByteBuffer source, long position, int bytes) throws IOException {
            int limit = source.limit();
            source.limit(source.position() + bytes);
            try {
                return file.write(source, position);
            } finally {
                source.limit(limit);
            }
        }

        @Override
        public void force(boolean metaData) throws IOException {
            forces.incrementAndGet();
            interruptibly(() -> {
                file.force(metaData);
                return 0;
            });
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return interruptibly(() -> file.read(target, position));
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            file.truncate(size);
            return this;
        }

        @Override
        public FileLock tryLock(long position, long size, boolean isShared) throws IOException {
            return file.tryLock(position, size, isShared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        // What nobody here does.

        @Override
        public int read(ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long newPosition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean isShared) {
            throw new UnsupportedOperationException();
        }
    }
}
