package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A directory that nobody but the user of this process decides about. Any thread. */
public final class PrivateDirectory {

    /** Whom the file system takes this process for; null if it knows no owners. */
    private final @Nullable UserPrincipal user;

    private PrivateDirectory(@Nullable UserPrincipal user) {
        this.user = user;
    }

    /**
     * Makes what is missing of it, its parents included.
     *
     * @throws IOException also if it is a link or no directory, or if others could write to it
     */
    public static PrivateDirectory prepare(Disk disk, Path directory) throws IOException {
        create(disk, directory.toAbsolutePath());
        PosixFileAttributeView rights = check(directory);
        return new PrivateDirectory(rights == null ? null : user(disk, directory));
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

    private static @Nullable PosixFileAttributeView check(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw refusal(directory, "is a symbolic link, and could lead elsewhere tomorrow");
        }
        if (!isDirectory(directory)) {
            throw refusal(directory, "is no directory");
        }
        PosixFileAttributeView rights =
                Files.getFileAttributeView(directory, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (rights != null && rights.readAttributes().permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw refusal(directory, "can be written to by every user of this machine");
        }
        return rights;
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Asked by making a file: the name of the user that Java knows is none of the file system's where a container has no
     * list of users, or where a volume gives its files other owners.
     */
    private static UserPrincipal user(Disk disk, Path directory) throws IOException {
        Path probe = directory.resolve("owner-" + UUID.randomUUID());
        try (FileChannel unused = disk.open(probe, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            return Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
        } finally {
            disk.delete(probe);
        }
    }

    private static FileSystemException refusal(Path directory, String why) {
        return new FileSystemException(directory.toString(), null, why);
    }

    /** Whether that is a directory that this user made, and no link to one. */
    public boolean isOwn(Path directory) throws IOException {
        return isDirectory(directory)
                && (user == null || user.equals(Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS)));
    }
}
