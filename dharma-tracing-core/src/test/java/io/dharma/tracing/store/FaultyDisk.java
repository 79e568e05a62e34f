package io.dharma.tracing.store;

import io.dharma.tracing.internal.segment.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The real disk, until it is full or read-only. Any thread. */
final class FaultyDisk implements Disk {

    private final Disk real = Disk.system();
    private volatile @Nullable String trouble;

    /** From now on nothing can be written. */
    void fail(String reason) {
        trouble = reason;
    }

    /** From now on everything can. */
    void heal() {
        trouble = null;
    }

    private void check() throws IOException {
        String reason = trouble;
        if (reason != null) {
            throw new IOException(reason);
        }
    }

    @Override
    public FileChannel open(Path file, OpenOption... options) throws IOException {
        return new FaultyChannel(real.open(file, options));
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        check();
        real.createDirectory(directory);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        check();
        real.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
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

    /** Half of what is written arrives before the disk is full. */
    private final class FaultyChannel extends FileChannel {

        private final FileChannel channel;

        FaultyChannel(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            if (trouble != null) {
                int half = source.remaining() / 2;
                channel.write(source.slice(source.position(), half), position);
            }
            check();
            return channel.write(source, position);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            check();
            return channel.write(source);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            check();
            return channel.write(sources, offset, length);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return channel.read(target);
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            return channel.read(targets, offset, length);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return channel.read(target, position);
        }

        @Override
        public long position() throws IOException {
            return channel.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            channel.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            channel.truncate(size);
            return this;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            channel.force(metaData);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return channel.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            return channel.transferFrom(source, position, count);
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
            return channel.map(mode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return channel.lock(position, size, shared);
        }

        @Override
        public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return channel.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }
    }
}
