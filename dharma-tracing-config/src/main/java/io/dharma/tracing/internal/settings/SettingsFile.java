package io.dharma.tracing.internal.settings;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of settings: Java's properties in UTF-8, with the number of each line and no more than 1 MiB.
 *
 * <p>Not {@link java.util.Properties}, which knows no lines and takes files of any size.
 */
final class SettingsFile {

    static final String NAME = "dharma-tracing.properties";
    static final int MAX_BYTES = 1 << 20;

    /** One setting as it was written. */
    record Line(String name, String value, Origin origin) {}

    private final String file;
    private final List<Line> lines = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    private SettingsFile(String file) {
        this.file = file;
    }

    /** The first on the class path; null if there is none. */
    static @Nullable SettingsFile onClassPath(ClassLoader classPath) {
        URL found = classPath.getResource(NAME);
        if (found == null) {
            return null;
        }
        SettingsFile file = new SettingsFile(NAME);
        try {
            URLConnection connection = found.openConnection();
            // A cached jar would stay open for as long as the JVM lives.
            connection.setUseCaches(false);
            try (InputStream stream = connection.getInputStream()) {
                file.read(stream, found.toString());
            }
        } catch (IOException unreadable) {
            file.problems.add(new Problem(NAME, null, Origin.file(NAME, 1), unreadable(unreadable)));
        }
        return file;
    }

    /** The one that was named; what is wrong with it is a problem of the setting that did. */
    static SettingsFile at(Setting<Path> named) {
        Path path = named.value();
        SettingsFile file = new SettingsFile(path.toString());
        if (!Files.isRegularFile(path)) {
            file.problems.add(
                    new Problem(Keys.CONFIG_FILE.name(), path.toString(), named.origin(), "there is no such file"));
            return file;
        }
        try (InputStream stream = Files.newInputStream(path)) {
            file.read(stream, path.toString());
        } catch (IOException unreadable) {
            file.problems.add(
                    new Problem(Keys.CONFIG_FILE.name(), path.toString(), named.origin(), unreadable(unreadable)));
        }
        return file;
    }

    /** As if this text stood in a file. */
    static SettingsFile of(String name, byte[] content) {
        SettingsFile file = new SettingsFile(name);
        file.parse(content, name);
        return file;
    }

    List<Line> lines() {
        return lines;
    }

    List<Problem> problems() {
        return problems;
    }

    private static String unreadable(IOException failure) {
        return "cannot be read: " + failure.getClass().getSimpleName();
    }

    private void read(InputStream stream, String place) throws IOException {
        parse(stream.readNBytes(MAX_BYTES + 1), place);
    }

    private void parse(byte[] content, String place) {
        if (content.length > MAX_BYTES) {
            problems.add(problem(1, file, "the file is larger than 1 MiB: " + place));
            return;
        }
        try {
            parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            problems.add(problem(1, file, "the file is not UTF-8: " + place));
        }
    }

    private void parse(String text) {
        Map<String, Integer> seen = new HashMap<>();
        PropertyLines source = new PropertyLines(text);
        for (PropertyLines.Entry entry = source.next(); entry != null; entry = source.next()) {
            add(entry, seen);
        }
    }

    private void add(PropertyLines.Entry entry, Map<String, Integer> seen) {
        if (entry.malformedEscape()) {
            problems.add(problem(entry.line(), entry.name(), "a \\u without four hex digits"));
            return;
        }
        Integer before = seen.putIfAbsent(entry.name(), entry.line());
        if (before != null) {
            problems.add(problem(entry.line(), entry.name(), "is set in line " + before + " already"));
            return;
        }
        lines.add(new Line(entry.name(), entry.value(), Origin.file(file, entry.line())));
    }

    private Problem problem(int line, String setting, String what) {
        return new Problem(setting, null, Origin.file(file, line), what);
    }
}
