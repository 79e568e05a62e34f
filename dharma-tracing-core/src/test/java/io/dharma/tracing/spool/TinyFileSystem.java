package io.dharma.tracing.spool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A file system in memory that is really mounted, and really full after so and so many bytes. For Linux's root. */
final class TinyFileSystem implements AutoCloseable {

    private final Path directory;

    private TinyFileSystem(Path directory) {
        this.directory = directory;
    }

    /** Gives the test up, with the reason, where mounting is not allowed; the report of tests not run names it. */
    static TinyFileSystem mount(Path directory, String options) throws IOException, InterruptedException {
        String complaint = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString());
        Assumptions.assumeTrue(
                complaint.isEmpty(),
                "no file system can be mounted here; the same is tested with one that pretends: " + complaint);
        return new TinyFileSystem(directory);
    }

    void remount(String options) throws IOException, InterruptedException {
        String complaint = run("mount", "-o", "remount," + options, directory.toString());
        if (!complaint.isEmpty()) {
            throw new IOException(complaint);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        String complaint = run("umount", "-l", directory.toString());
        if (!complaint.isEmpty()) {
            throw new IOException(complaint);
        }
    }

    /** Returns what it complained of; nothing if it did well. */
    private static String run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? "" : "it failed: " + output;
        } catch (IOException notThere) {
            return notThere.toString();
        }
    }
}
