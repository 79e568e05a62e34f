package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process of its own that starts one server, watches over it, and stops it when the build is gone.
 *
 * <p>Nothing a test JVM registers survives a kill -9 of the build, hence a process that outlives it by a moment. It is
 * the only one to start the server, so there is no instant at which a server runs and nobody would stop it.
 */
final class Keeper {

    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final Backend backend;
    private final ProcessHandle build;
    private final BuildDirectory directory;
    private final ServerHome home;

    private Keeper(Backend backend, ProcessHandle build) throws IOException {
        this.backend = backend;
        this.build = build;
        this.directory = BuildDirectory.of(build);
        this.home = ServerHome.create(directory.home(backend));
    }

    /** Arguments: the backend, and the process id of the build. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ProcessHandle build = ProcessHandle.of(Long.parseLong(arguments[1]))
                .orElseThrow(() -> new IllegalStateException("the build has ended already"));
        Keeper keeper = new Keeper(Backend.valueOf(arguments[0]), build);
        Runtime.getRuntime().addShutdownHook(new Thread(keeper::stop));
        new Thread(keeper::endWithTheBuild, "watches the build").start();
        keeper.keep();
        // Whatever became of the server, the answer has to stand until the build is gone.
        Thread.currentThread().join();
    }

    private void endWithTheBuild() {
        build.onExit().join();
        System.exit(0);
    }

    private void keep() throws IOException, InterruptedException {
        try {
            if (Containers.wanted()) {
                directory.answer(backend, running(backend.startContainer()));
            } else {
                ServerProcess server = home.startAnswering(backend::startProcess, PATIENCE);
                directory.answer(backend, running(server.address()));
                server.awaitEnd();
                directory.forgetAnswer(backend);
            }
        } catch (CannotRunHere e) {
            directory.answer(backend, new Answer.Absent(e.getMessage()));
        } catch (IOException | RuntimeException | LinkageError e) {
            directory.answer(backend, new Answer.Failed(backend + " did not start: " + stackTrace(e)));
        }
    }

    private static Answer running(String address) {
        return new Answer.Running(address, ProcessHandle.current().pid());
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** Also runs when this process is told to end, as by Ctrl-C, which reaches the build at the same time. */
    private void stop() {
        home.close();
        if (buildEnds()) {
            // Every keeper of the build does this; the last one leaves nothing.
            ServerHome.deleteTree(directory.root());
        }
    }

    private boolean buildEnds() {
        try {
            build.onExit().get(5, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            return false;
        }
    }
}
