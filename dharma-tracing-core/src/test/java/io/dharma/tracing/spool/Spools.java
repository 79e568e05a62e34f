package io.dharma.tracing.spool;

import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Priority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What tests do with spools. */
final class Spools {

    /** What is closed has to be closed before its directory is looked at, however slow the machine. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final AtomicInteger deaths = new AtomicInteger();

    private Spools() {}

    /** All that is inherited now, those of high priority first. */
    static List<Journal.Entry<String>> inherited(Journal.Reader<String> reader) {
        List<Journal.Entry<String>> entries = new ArrayList<>();
        for (Priority priority : Priority.values()) {
            Journal.Entry<String> entry = reader.nextInherited(priority);
            while (entry != null) {
                entries.add(entry);
                entry = reader.nextInherited(priority);
            }
        }
        return entries;
    }

    static List<String> inheritedTexts(Journal.Reader<String> reader) {
        return inherited(reader).stream().map(Journal.Entry::record).toList();
    }

    /** All that this process wrote, from there on. */
    static List<String> texts(Journal.Reader<String> reader, Priority priority, long from) {
        List<String> texts = new ArrayList<>();
        Journal.Entry<String> entry = reader.next(priority, from);
        while (entry != null) {
            texts.add(entry.record());
            entry = reader.next(priority, entry.position() + 1);
        }
        return texts;
    }

    /** Makes it look as if the processes whose folders are there were another JVM's and had died. */
    static void kill(Path directory) throws IOException {
        String name = "dead-1-" + Integer.toHexString(deaths.incrementAndGet());
        int number = 0;
        for (Path path : list(directory)) {
            String old = path.getFileName().toString();
            if (old.endsWith(".lock")) {
                Files.delete(path);
            } else if (!old.startsWith("left.")) {
                Files.move(path, directory.resolve(name + "." + number));
                number++;
            }
        }
        Files.createFile(directory.resolve(name + ".lock"));
    }

    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        }
    }

    /** All segments below. */
    static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> path.toString().endsWith(".seg"))
                    .sorted()
                    .toList();
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
