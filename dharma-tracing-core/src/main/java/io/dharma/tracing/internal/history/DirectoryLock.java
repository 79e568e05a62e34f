package io.dharma.tracing.internal.history;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.PrivateDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory that belongs to one log of one process, by the lock of a file in it. Whatever kills the process lets go of
 * the lock.
 *
 * <p>Closing any channel of a file takes away the locks that the process has on it, whoever closes and whoever locked
 * (POSIX). So a directory that this process owns is known by name, and its lock file is not even opened again.
 */
final class DirectoryLock {

    private static final String LOCK = "lock";

    private static final Set<Path> OWNED = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Makes what is missing of the directory, and takes it.
     *
     * @throws IOException also if another process has it, or another part of this one, and if others could write to it
     */
    static DirectoryLock take(Disk disk, Path directory) throws IOException {
        PrivateDirectory.prepare(disk, directory);
        Path real = directory.toRealPath();
        if (!OWNED.add(real)) {
            throw taken();
        }
        try {
            return new DirectoryLock(real, lock(disk, real));
        } catch (IOException | RuntimeException e) {
            OWNED.remove(real);
            throw e;
        }
    }

    private static FileChannel lock(Disk disk, Path directory) throws IOException {
        FileChannel channel = disk.open(directory.resolve(LOCK), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        try {
            if (channel.tryLock() == null) {
                throw taken();
            }
            return channel;
        } catch (OverlappingFileLockException ownedByAnotherClassLoader) {
            channel.close();
            throw taken();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static IOException taken() {
        return new IOException("another process keeps its history there; give each a directory of its own");
    }

    /** Lets go of it. Any number of times. */
    void close() {
        try {
            channel.close();
        } catch (IOException letGoAllTheSame) {
            return;
        } finally {
            OWNED.remove(directory);
        }
    }
}
