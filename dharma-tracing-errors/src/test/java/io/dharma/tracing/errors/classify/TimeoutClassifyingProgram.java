package io.dharma.tracing.errors.classify;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** For a JVM that may lack modules, so it names none of their classes. */
final class TimeoutClassifyingProgram {

    private TimeoutClassifyingProgram() {}

    public static void main(String[] arguments) {
        CompletionException thrown = new CompletionException(new TimeoutException());
        Classification classification =
                Classifier.builder().build().classify(StackTraceModel.of(thrown), ErrorTypes.of(thrown));
        boolean hasJdbc = ModuleLayer.boot().findModule("java.sql").isPresent();
        System.out.println((hasJdbc ? "java.sql: " : "no java.sql: ") + classification);
    }
}
