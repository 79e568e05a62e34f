package io.dharma.tracing.testsupport.backends;

import java.nio.file.Path;
import java.util.stream.Stream;

/** Finds the process that stands for the build: servers live as long as it does. */
final class BuildProcess {

    private BuildProcess() {}

    /**
     * Maven, when its surefire or failsafe plugin forked this JVM, perhaps by way of a shell; else this JVM, as in an
     * IDE.
     */
    static ProcessHandle find() {
        ProcessHandle self = ProcessHandle.current();
        if (System.getProperty("surefire.test.class.path") == null) {
            return self;
        }
        return Stream.iterate(
                        self.parent(),
                        parent -> parent.isPresent(),
                        parent -> parent.get().parent())
                .map(parent -> parent.orElseThrow())
                .filter(BuildProcess::isJava)
                .findFirst()
                .orElse(self);
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString().startsWith("java"))
                .orElse(false);
    }
}
