package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;

/** A directory that nobody but the user of this process decides about. */
public final class PrivateDirectory {

    private PrivateDirectory() {}

    /**
     * Makes what is missing of it, its parents included.
     *
     * @throws IOException also if it is a link or no directory, or if others could write to it
     */
    public static void prepare(Disk disk, Path directory) throws IOException {
        create(disk, directory.toAbsolutePath());
        check(directory);
    }

    private static void create(Disk disk, Path directory) throws IOException {
        if (disk.isThere(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            create(disk, parent);
        }
        try {
            disk.createDirectory(directory);
        } catch (FileAlreadyExistsException anotherWasFaster) {
            // Whose it is is looked at next, as if it had been there before.
            return;
        }
    }

    private static void check(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw refusal(directory, "is a symbolic link, and could lead elsewhere tomorrow");
        }
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw refusal(directory, "is no directory");
        }
        PosixFileAttributeView rights =
                Files.getFileAttributeView(directory, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (rights != null && rights.readAttributes().permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw refusal(directory, "can be written to by every user of this machine");
        }
    }

    private static FileSystemException refusal(Path directory, String why) {
        return new FileSystemException(directory.toString(), null, why);
    }
}
