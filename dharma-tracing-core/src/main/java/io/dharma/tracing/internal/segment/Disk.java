package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;

/**
 * All that is ever asked of a file system, in one place: for the rights of what is created, and so that tests can have
 * a disk that is full. Links are not followed by the last part of a path. Any thread.
 */
public interface Disk {

    /** The real one. What it creates is for the user of this process alone, where the file system knows users. */
    static Disk system() {
        return SystemDisk.INSTANCE;
    }

    /** As {@link FileChannel#open}; a file that is created so has the rights 0600. */
    FileChannel open(Path file, OpenOption... options) throws IOException;

    /** Creates a directory with the rights 0700. It is an error if there is something of that name. */
    void createDirectory(Path directory) throws IOException;

    /** At once or not at all: renames a file over another one, or a directory. */
    void move(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory; none is fine, too. */
    void delete(Path path) throws IOException;

    /** What is in a directory, in no order. */
    List<Path> list(Path directory) throws IOException;

    /** Whether there is something of that name, of whatever kind. */
    boolean isThere(Path path);
}
