package io.dharma.tracing.soak;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What the service tells the test about itself, in one line of its output: {@code sample heap=4711 threads=12}.
 *
 * @param kind what it is about
 * @param values numbers by name
 */
record SoakLine(String kind, Map<String, Long> values) {

    static SoakLine of(String kind) {
        return new SoakLine(kind, new LinkedHashMap<>());
    }

    SoakLine with(String name, long value) {
        values.put(name, value);
        return this;
    }

    long value(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    static SoakLine parse(String line) {
        String[] words = line.split(" ", -1);
        SoakLine parsed = of(words[0]);
        for (int i = 1; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            parsed.values.put(pair[0], Long.parseLong(pair[1]));
        }
        return parsed;
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> " " + entry.getKey() + "=" + entry.getValue())
                .collect(joining("", kind, ""));
    }
}
