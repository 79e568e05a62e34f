package io.dharma.tracing.internal.segment;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rights are given at the moment of creation, not after it: there is no time in which others could open the file. */
final class SystemDisk implements Disk {

    static final SystemDisk INSTANCE = new SystemDisk(
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix"));

    private static final FileAttribute<?>[] NONE = {};

    private final FileAttribute<?>[] ofFiles;
    private final FileAttribute<?>[] ofDirectories;

    /** @param posix whether there are owners and others; on Windows what is created inherits the rights of where it is */
    SystemDisk(boolean posix) {
        this.ofFiles = posix ? attributes("rw-------") : NONE;
        this.ofDirectories = posix ? attributes("rwx------") : NONE;
    }

    private static FileAttribute<?>[] attributes(String rights) {
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))};
    }

    @Override
    public FileChannel open(Path file, OpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(List.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(file, all, ofFiles);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        Files.createDirectory(directory, ofDirectories);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    @Override
    public boolean isThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
