package io.dharma.tracing.history;

import io.dharma.tracing.internal.segment.Disk;
import io.dharma.tracing.internal.segment.PrivateDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A directory that belongs to one log of one process, by the lock of a file in it. Whatever kills the process lets go of
 * the lock.
 *
 * <p>Closing any channel of a file takes away the locks that the process has on it, whoever closes and whoever locked
 * (POSIX). So a directory that this process owns is known by name, and its lock file is not even opened again. The names
 * are among the system properties, for they are all that the copies of this class have in common that several class
 * loaders of one process loaded: a server with two applications, or with one that is being replaced.
 *
 * <p>Who never closes what he took keeps it until the process ends.
 */
final class DirectoryLock {

    private static final String LOCK = "lock";

    /** How the names of the properties begin. It stays as it is: other releases may be in the same process. */
    private static final String OWNED = "io.dharma.tracing.history.owned:";

    private final String property;
    private final FileChannel channel;

    private DirectoryLock(String property, FileChannel channel) {
        this.property = property;
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
        String property = OWNED + real;
        if (System.getProperties().putIfAbsent(property, "true") != null) {
            throw taken();
        }
        try {
            return new DirectoryLock(property, lock(disk, real));
        } catch (Throwable e) {
            System.getProperties().remove(property);
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
        } catch (OverlappingFileLockException ownedUnderAnotherName) {
            // Mounted twice, or somebody replaced the system properties.
            channel.close();
            throw taken();
        } catch (Throwable e) {
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
            System.getProperties().remove(property);
        }
    }
}
