package io.dharma.tracing.testsupport;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A fresh JVM of the same JDK, with the test's class path: for what can happen only once per process, and for real
 * environment variables. One thread at a time.
 */
public final class ChildJvm {

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> classPath =
            new ArrayList<>(Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator, -1)));

    /** Sets a variable of its environment. */
    public ChildJvm environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Adds an option of the {@code java} command. */
    public ChildJvm option(String option) {
        options.add(option);
        return this;
    }

    /** Adds a jar to the end of the class path. */
    public ChildJvm with(Path jar) {
        classPath.add(jar.toString());
        return this;
    }

    /** Takes the jars from the class path whose name contains this; there has to be one. */
    public ChildJvm without(String partOfName) {
        if (!classPath.removeIf(jar -> Path.of(jar).getFileName().toString().contains(partOfName))) {
            throw new IllegalArgumentException("no jar of the class path is named like " + partOfName);
        }
        return this;
    }

    /** Runs a main class and returns what it printed, errors included; fails if it did not end well. */
    public String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        return run(program(main, arguments));
    }

    /** Compiles and runs one source file with this JDK's preview features, as {@link #run} does. */
    public String runPreviewSource(Path source) throws IOException, InterruptedException {
        return run(List.of(
                "--enable-preview", "--source", String.valueOf(Runtime.version().feature()), source.toString()));
    }

    /** Starts a main class, to be talked to, and killed, while it runs. What it complains of goes where ours does. */
    public Process start(Class<?> main, String... arguments) throws IOException {
        return builder(main, arguments)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Starts a main class, for somebody who kills it; it writes what it prints, errors included, to this file. */
    public Process start(Path output, Class<?> main, String... arguments) throws IOException {
        return builder(main, arguments)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private ProcessBuilder builder(Class<?> main, String... arguments) {
        return builder(program(main, arguments));
    }

    private static List<String> program(Class<?> main, String... arguments) {
        List<String> program = new ArrayList<>(List.of(main.getName()));
        program.addAll(List.of(arguments));
        return program;
    }

    private String run(List<String> program) throws IOException, InterruptedException {
        Process process = builder(program).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("ended with " + process.exitValue() + ":\n" + output);
            }
            return output;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private ProcessBuilder builder(List<String> program) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath)));
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder;
    }
}
