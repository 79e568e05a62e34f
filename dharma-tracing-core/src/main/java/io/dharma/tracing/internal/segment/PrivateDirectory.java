package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A directory that nobody but the user of this process decides about, and the system's administrator. Its parents are not
 * looked at: a volume that is mounted for everybody, as Kubernetes mounts some, is a good place for one. Any thread.
 */
public final class PrivateDirectory {

    /** Whom the file system takes this process for; null if it knows no owners. */
    private final @Nullable UserPrincipal user;

    private PrivateDirectory(@Nullable UserPrincipal user) {
        this.user = user;
    }

    /**
     * Makes what is missing of it, its parents included.
     *
     * @throws IOException also if it is a link or no directory, if it is another user's, or if every user could write to
     *     it
     */
    public static PrivateDirectory prepare(Disk disk, Path directory) throws IOException {
        create(disk, directory.toAbsolutePath());
        checkKind(directory);
        PosixFileAttributeView rights =
                Files.getFileAttributeView(directory, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (rights == null) {
            return new PrivateDirectory(null);
        }
        return new PrivateDirectory(user(disk, directory, rights.readAttributes()));
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

    private static void checkKind(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw refusal(directory, "is a symbolic link, and could lead elsewhere tomorrow");
        }
        if (!isDirectory(directory)) {
            throw refusal(directory, "is no directory");
        }
    }

    private static boolean isDirectory(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static UserPrincipal user(Disk disk, Path directory, PosixFileAttributes found) throws IOException {
        if (found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw refusal(directory, "can be written to by every user of this machine; one in it can be used");
        }
        UserPrincipal user = userOfThisProcess(disk, directory);
        if (!user.equals(found.owner()) && !isAdministrators(directory)) {
            throw refusal(directory, "belongs to " + found.owner().getName() + ", and this process is another user's");
        }
        return user;
    }

    /** Who can do anything anyhow, and whose the volumes are that a container is given. */
    private static boolean isAdministrators(Path directory) throws IOException {
        return directory.getFileSystem().supportedFileAttributeViews().contains("unix")
                && Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(0);
    }

    /**
     * Asked by making a file: the name of the user that Java knows is none of the file system's where a container has no
     * list of users, or where a volume gives its files other owners.
     */
    private static UserPrincipal userOfThisProcess(Disk disk, Path directory) throws IOException {
        Path probe = directory.resolve(
                "owner-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        try (FileChannel unused = disk.open(probe, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            return Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException unwritable) {
            throw refusal(directory, "cannot be written to by the user of this process");
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
