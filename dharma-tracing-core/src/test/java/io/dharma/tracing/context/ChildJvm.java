package io.dharma.tracing.context;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A fresh JVM of the same JDK, for what can happen only once per process. */
public final class ChildJvm {

    private ChildJvm() {}

    /** Runs a main class with the test's own class path and returns what it printed, errors included. */
    public static String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        return run(jar -> true, command -> {
            command.add(main.getName());
            command.addAll(List.of(arguments));
        });
    }

    /** The same, without the class path entries whose name contains {@code withoutJar}. */
    public static String runWithout(String withoutJar, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(jar -> !Path.of(jar).getFileName().toString().contains(withoutJar), command -> {
            command.add(main.getName());
            command.addAll(List.of(arguments));
        });
    }

    /** Compiles and runs one source file with this JDK's preview features. */
    public static String runPreviewSource(Path source) throws IOException, InterruptedException {
        return run(jar -> true, command -> {
            command.add("--enable-preview");
            command.add("--source");
            command.add(String.valueOf(Runtime.version().feature()));
            command.add(source.toString());
        });
    }

    private static String run(Predicate<String> wanted, java.util.function.Consumer<List<String>> arguments)
            throws IOException, InterruptedException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(wanted)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", classPath));
        arguments.accept(command);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
