package io.dharma.tracing.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What lies in a directory while somebody else works in it, looked at again and again. One thread at a time.
 *
 * <p>Finds secrets in what is not compressed, and whether it would: whether it saw the names of blocks there.
 */
final class KeptFiles {

    private final Path directory;
    private final Set<String> secrets = new TreeSet<>();
    private long mostBytes;
    private boolean sawBlocks;

    KeptFiles(Path directory) {
        this.directory = directory;
    }

    long mostBytes() {
        return mostBytes;
    }

    Set<String> secrets() {
        return secrets;
    }

    boolean sawBlocks() {
        return sawBlocks;
    }

    void look() throws IOException {
        Look look = new Look();
        if (Files.exists(directory)) {
            Files.walkFileTree(directory, look);
        }
        mostBytes = Math.max(mostBytes, look.bytes);
    }

    private final class Look extends SimpleFileVisitor<Path> {

        private long bytes;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            try {
                read(Files.readAllBytes(file));
            } catch (NoSuchFileException deletedMeanwhile) {
                // It was not needed any more.
            }
            return FileVisitResult.CONTINUE;
        }

        private void read(byte[] content) {
            bytes += content.length;
            String text = new String(content, ISO_8859_1);
            secrets.addAll(PlantedSecrets.in(text));
            sawBlocks |= text.contains(Orders.ROOT);
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
                throw failure;
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
