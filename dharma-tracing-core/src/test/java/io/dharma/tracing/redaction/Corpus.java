package io.dharma.tracing.redaction;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Texts with and without secrets, from a file of one on each line, {@code #} for comments.
 *
 * <p>{@code ## kind @attribute x3} begins a section: of that kind, as values of that attribute (without, they are texts on
 * their own), each line made {@code x} times from different random values if it has any. Placeholders in braces are those
 * of {@link FakeValues}; what has to go stands in angle quotes; {@code \n}, {@code \r}, {@code \t}, {@code \"} and
 * {@code \\} are as in Java. So nothing that looks like a real key stands in a file.
 */
final class Corpus {

    /**
     * @param attribute the name of the attribute it is a value of; null for a text on its own
     * @param secrets what must not be left of it
     */
    record Sample(String kind, @Nullable String attribute, String text, List<String> secrets) {}

    private static final char OPEN = '\u00ab';
    private static final char CLOSE = '\u00bb';

    private final FakeValues values;
    private final int copies;
    private final List<Sample> samples = new ArrayList<>();
    private String kind = "";
    private @Nullable String attribute;
    private int sectionCopies;

    private Corpus(long seed, int copies) {
        this.values = new FakeValues(seed);
        this.copies = copies;
    }

    static List<Sample> read(String resource, long seed, int copies) throws IOException {
        Corpus corpus = new Corpus(seed, copies);
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream(resource), resource)) {
            Stream<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
            lines.forEach(corpus::line);
        }
        return corpus.samples;
    }

    private void line(String line) {
        if (line.startsWith("## ")) {
            section(line.substring(3));
        } else if (!line.isEmpty() && !line.startsWith("#")) {
            boolean random = line.contains("{") && !values.fill(line).equals(line);
            for (int i = 0; i < (random ? sectionCopies : 1); i++) {
                samples.add(sample(line));
            }
        }
    }

    private void section(String heading) {
        attribute = null;
        sectionCopies = copies;
        StringBuilder name = new StringBuilder();
        for (String word : heading.split(" ", -1)) {
            if (word.startsWith("@")) {
                attribute = word.substring(1);
            } else if (word.matches("x[0-9]+")) {
                sectionCopies = Integer.parseInt(word.substring(1));
            } else {
                name.append(name.length() == 0 ? "" : " ").append(word);
            }
        }
        kind = name.toString();
    }

    private Sample sample(String template) {
        String marked = unescaped(values.fill(template));
        List<String> secrets = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int open = marked.indexOf(OPEN);
        int copied = 0;
        while (open >= 0) {
            int close = marked.indexOf(CLOSE, open);
            String secret = marked.substring(open + 1, close);
            secrets.add(secret);
            text.append(marked, copied, open).append(secret);
            copied = close + 1;
            open = marked.indexOf(OPEN, close);
        }
        text.append(marked.substring(copied));
        return new Sample(kind, attribute, text.toString(), secrets);
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\\\", "\\");
    }
}
