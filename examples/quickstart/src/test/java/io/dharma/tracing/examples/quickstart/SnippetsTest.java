package io.dharma.tracing.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every piece of Java in the README and the guide is a region of code that the build compiles and runs: {@code <!-- snippet:
 * path#region -->} before it says which.
 */
class SnippetsTest {

    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern JAVA =
            Pattern.compile("(?:<!-- snippet: (\\S+)#(\\S+) -->\n)?```java\n(.*?)```", Pattern.DOTALL);

    private record Snippet(String file, String region, String text) {}

    static Stream<Snippet> snippets() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (DirectoryStream<Path> docs = Files.newDirectoryStream(ROOT.resolve("docs"), "*.md")) {
            docs.forEach(pages::add);
        }
        List<Snippet> snippets = new ArrayList<>();
        for (Path page : pages) {
            JAVA.matcher(Files.readString(page))
                    .results()
                    .forEach(match -> snippets.add(new Snippet(match.group(1), match.group(2), match.group(3))));
        }
        return snippets.stream();
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void snippet_isCodeThatTheBuildRuns(Snippet snippet) throws IOException {
        assertThat(snippet.file()).as("the source of\n%s", snippet.text()).isNotNull();
        List<String> source = Files.readAllLines(ROOT.resolve(snippet.file()));
        assertThat(snippet.text()).isEqualTo(region(source, snippet.region()));
    }

    private static String region(List<String> source, String name) {
        List<String> lines = source.stream()
                .dropWhile(line -> !line.strip().equals("// region " + name))
                .skip(1)
                .takeWhile(line -> !line.strip().equals("// endregion"))
                .toList();
        return String.join("\n", lines).stripIndent() + "\n";
    }
}
