package io.dharma.tracing.errors.fingerprint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fingerprints labelled stack traces, for a scorer to compare with the labels.
 *
 * <pre>
 * mvn -q -Pgrouping -Dgrouping.sets=DIR -Dgrouping.out=FILE
 * mvn -q -Pgrouping -Dgrouping.names=NAMES.tsv -Dgrouping.out=FILE
 * </pre>
 *
 * <p>{@code sets}: a directory with files {@code *.jsonl}, a trace a line, of which {@code id}, {@code project} and
 * {@code text} are read, and {@code projects-in-app.json}, which says how names of each project's own classes begin. A
 * project that it does not name, or all if there is no such file, has the default. There are no class files beside the
 * traces: a line is the number in the trace. Written is {@code id TAB group TAB family} for each.
 *
 * <p>{@code names}: a file of {@code family TAB class TAB method}, of which the latter two are read. Written is
 * {@code class TAB method}, normalised, for each. If sets are named as well, to {@code FILE.names}.
 */
final class GroupingHarness {

    private final Map<String, String> arguments = new HashMap<>();

    private GroupingHarness(String... arguments) {
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            this.arguments.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
    }

    public static void main(String... arguments) throws IOException {
        new GroupingHarness(arguments).run();
    }

    private void run() throws IOException {
        boolean hasSets = has("sets");
        if (!has("out") || !(hasSets || has("names"))) {
            throw new IllegalArgumentException(
                    "say -Dgrouping.out=FILE and -Dgrouping.sets=DIR or -Dgrouping.names=NAMES.tsv");
        }
        if (hasSets) {
            Files.write(path("out"), fingerprints(path("sets")));
        }
        if (has("names")) {
            Files.write(hasSets ? Path.of(path("out") + ".names") : path("out"), names(path("names")));
        }
    }

    private boolean has(String argument) {
        return !arguments.getOrDefault(argument, "").isEmpty();
    }

    private Path path(String argument) {
        return Path.of(arguments.getOrDefault(argument, ""));
    }

    static List<String> fingerprints(Path directory) throws IOException {
        Function<String, Fingerprinter> fingerprinters = fingerprinters(directory.resolve("projects-in-app.json"));
        TreeSet<Path> sets = new TreeSet<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.jsonl")) {
            found.forEach(sets::add);
        }
        List<String> lines = new ArrayList<>();
        for (Path set : sets) {
            for (String line : Files.readAllLines(set)) {
                if (!line.isBlank()) {
                    lines.add(fingerprint(JsonReader.object(line), fingerprinters));
                }
            }
        }
        return lines;
    }

    private static String fingerprint(Map<String, Object> trace, Function<String, Fingerprinter> fingerprinters) {
        Fingerprint fingerprint = fingerprinters
                .apply(String.valueOf(trace.get("project")))
                .fingerprint(StackTraceModel.parse(String.valueOf(trace.get("text"))));
        return trace.get("id") + "\t" + fingerprint.group() + "\t" + fingerprint.family();
    }

    private static Function<String, Fingerprinter> fingerprinters(Path inApp) {
        Map<String, Object> packages = Files.exists(inApp) ? JsonReader.object(text(inApp)) : Map.of();
        Map<String, Fingerprinter> known = new HashMap<>();
        return project -> known.computeIfAbsent(project, name -> fingerprinter(packages.get(name)));
    }

    private static Fingerprinter fingerprinter(@Nullable Object packages) {
        Fingerprinter.Builder builder = Fingerprinter.builder().lines(LineLookup.NONE);
        if (packages instanceof List<?> names) {
            names.forEach(name -> builder.inApp(name + "*"));
        }
        return builder.build();
    }

    static List<String> names(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\t", -1))
                .map(row -> GeneratedNames.className(row[1]) + "\t" + GeneratedNames.method(row[2]))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
