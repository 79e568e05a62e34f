package io.dharma.tracing.testsupport.backends;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A test JVM's view of the build's servers.
 *
 * <p>Nobody but a {@link Keeper} starts or stops a server. The first JVM that needs one starts its keeper under the
 * backend's file lock and waits for the keeper's answer; all others find that answer.
 */
final class SharedServers {

    private static final BuildDirectory DIRECTORY = BuildDirectory.of(BuildProcess.find());

    /** A keeper bounds the start itself; this is for one that hangs, or pulls an image over a slow line. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int POLL_MILLIS = 25;

    private SharedServers() {}

    /** The address of a running server. */
    static String address(Backend backend) {
        Answer answer = answer(backend);
        if (answer instanceof Answer.Running running) {
            return running.address();
        }
        throw new AssertionError(
                answer instanceof Answer.Failed failed ? failed.reason() : backend + " cannot run here: " + answer);
    }

    /** Why this machine cannot run the server, if so. */
    static Optional<String> whyAbsent(Backend backend) {
        return answer(backend) instanceof Answer.Absent absent ? Optional.of(absent.reason()) : Optional.empty();
    }

    private static Answer answer(Backend backend) {
        // A file lock is the whole JVM's, so its threads must take turns first.
        synchronized (backend) {
            return DIRECTORY.exclusively(backend, () -> known(backend).orElseGet(() -> start(backend)));
        }
    }

    private static Optional<Answer> known(Backend backend) {
        return DIRECTORY.answer(backend).filter(Answer::holds);
    }

    private static Answer start(Backend backend) {
        try {
            DIRECTORY.forgetAnswer(backend);
            Process keeper = new ProcessBuilder(keeperCommand(backend))
                    .redirectErrorStream(true)
                    .redirectOutput(DIRECTORY.keeperLog(backend).toFile())
                    .start();
            return await(backend, keeper);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + backend + " started", e);
        }
    }

    private static List<String> keeperCommand(Backend backend) {
        String classpath = Stream.concat(
                        Stream.of(System.getProperty("java.class.path")),
                        Artifacts.keeper().stream().map(Path::toString))
                .collect(joining(File.pathSeparator));
        List<String> command = new ArrayList<>(Jdk.running().smallVm(96));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("dharma.test."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                classpath,
                Keeper.class.getName(),
                backend.name(),
                Long.toString(BuildProcess.find().pid())));
        return command;
    }

    private static Answer await(Backend backend, Process keeper) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            boolean alive = keeper.isAlive();
            Optional<Answer> answer = DIRECTORY.answer(backend);
            if (answer.isPresent()) {
                return answer.get();
            }
            if (!alive) {
                return new Answer.Failed("the keeper of " + backend + " ended without a word, status "
                        + keeper.exitValue() + ":\n" + Files.readString(DIRECTORY.keeperLog(backend)));
            }
            Thread.sleep(POLL_MILLIS);
        }
        keeper.destroy();
        return new Answer.Failed(backend + " did not start within " + PATIENCE);
    }
}
