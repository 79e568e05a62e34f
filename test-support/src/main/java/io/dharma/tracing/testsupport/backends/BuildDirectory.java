package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * What the JVMs of one build tell one another about its servers: a directory under the temporary one, named after the
 * build's process.
 *
 * @param root may be passed through by all, so that a server of another user reaches its home within
 */
record BuildDirectory(Path root) {

    /** The directory of the build that {@code process} runs, made if it is the first to ask. */
    static BuildDirectory of(ProcessHandle process) {
        long started = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        Path root = Path.of(
                System.getProperty("java.io.tmpdir"),
                "dharma-tests-" + System.getProperty("user.name") + "-" + process.pid() + "-" + started);
        try {
            Files.createDirectory(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        } catch (FileAlreadyExistsException e) {
            requireOurs(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildDirectory(root);
    }

    /** The temporary directory is everybody's. */
    private static void requireOurs(Path root) {
        try {
            Path probe = Files.createTempFile(root, "owner", null);
            try {
                if (!Files.getOwner(root).equals(Files.getOwner(probe)) || Files.isSymbolicLink(root)) {
                    throw new IllegalStateException(root + " belongs to somebody else");
                }
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code action} while no other JVM of the build does so for the same backend. */
    <T> T exclusively(Backend backend, Supplier<T> action) {
        Path file = root.resolve(backend.key() + ".lock");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assert lock.isValid();
            return action.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the backend's keeper works. */
    Path home(Backend backend) {
        return root.resolve(backend.key());
    }

    /** What the keeper itself prints. */
    Path keeperLog(Backend backend) {
        return root.resolve(backend.key() + ".keeper.log");
    }

    Optional<Answer> answer(Backend backend) {
        try (InputStream in = Files.newInputStream(answerFile(backend))) {
            Properties properties = new Properties();
            properties.load(in);
            return Optional.of(Answer.read(properties));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes an answer known, at once and whole. */
    void answer(Backend backend, Answer answer) throws IOException {
        Path draft = root.resolve(backend.key() + ".draft");
        try (Writer out = Files.newBufferedWriter(draft)) {
            answer.write().store(out, null);
        }
        Files.move(draft, answerFile(backend), StandardCopyOption.ATOMIC_MOVE);
    }

    void forgetAnswer(Backend backend) throws IOException {
        Files.deleteIfExists(answerFile(backend));
    }

    private Path answerFile(Backend backend) {
        return root.resolve(backend.key() + ".answer");
    }
}
