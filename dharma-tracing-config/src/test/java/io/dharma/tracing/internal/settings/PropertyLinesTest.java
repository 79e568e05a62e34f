package io.dharma.tracing.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PropertyLinesTest {

    private static final String ALPHABET = "ab=: \t\f\\\n\r#!u0041.,%";

    @Test
    void entries_areThoseThatJavaReads() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < 50_000; round++) {
            assertReadAsByJava(randomText(random, ALPHABET, 40));
        }
    }

    static void assertReadAsByJava(String text) throws IOException {
        Map<String, String> read = new HashMap<>();
        boolean malformed = false;
        PropertyLines lines = new PropertyLines(text);
        for (PropertyLines.Entry entry = lines.next(); entry != null; entry = lines.next()) {
            read.put(entry.name(), entry.value());
            malformed |= entry.malformedEscape();
        }
        assertSameAsJava(text, read, malformed);
    }

    private static void assertSameAsJava(String text, Map<String, String> read, boolean malformed) throws IOException {
        Properties expected = new Properties();
        try {
            expected.load(new StringReader(text));
        } catch (IllegalArgumentException malformedEscape) {
            assertThat(malformed).as(Problem.printable(text)).isTrue();
            return;
        }
        // What has no name is no setting, whatever Java makes of a line with nothing but a backslash.
        expected.remove("");
        read.remove("");
        assertThat(malformed).as(Problem.printable(text)).isFalse();
        assertThat(read).as(Problem.printable(text)).isEqualTo(expected);
    }

    @Test
    void entry_knowsTheLineOnWhichItBegins() {
        PropertyLines lines = new PropertyLines("\uFEFF# one\r\n\r\nthree = a \\\n  b\n\rfive");

        assertThat(lines.next()).isEqualTo(new PropertyLines.Entry("three", "a b", 3, false));
        assertThat(lines.next()).isEqualTo(new PropertyLines.Entry("five", "", 6, false));
        assertThat(lines.next()).isNull();
    }

    static String randomText(Random random, String alphabet, int longest) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(longest);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
