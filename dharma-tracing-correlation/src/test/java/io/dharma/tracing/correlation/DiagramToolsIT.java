package io.dharma.tracing.correlation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dharma.tracing.spi.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What we draw is read by those whom it is drawn for: the mermaid package of npm, and Graphviz. They are no part of the
 * build. Without {@code node} and {@code -Dmermaid.modules=NODE_MODULES} (with mermaid and jsdom in it), or without
 * {@code dot}, the tests of one or the other say that they were not run.
 */
class DiagramToolsIT {

    @TempDir
    private Path directory;

    @Test
    void mermaid_readsEveryDiagram() throws Exception {
        String modules = mermaid();
        List<Path> files = new ArrayList<>();
        List<RequestChain> chains = chains();
        for (RequestChain chain : chains) {
            files.add(write(chain, ChainRenderer.mermaidSequence(), files.size() + ".mmd"));
            files.add(write(chain, ChainRenderer.mermaidFlowchart(), files.size() + ".mmd"));
        }

        List<Map<?, ?>> read = readMermaid(modules, files);

        assertThat(read).hasSameSizeAs(files);
        for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i).get("ok"))
                    .as(read.get(i) + "\n" + Files.readString(files.get(i)))
                    .isEqualTo(true);
        }
        System.out.println("mermaid " + version(modules) + " read " + read.size() + " diagrams");
    }

    @Test
    void mermaid_readsTheNamesAsTheyWere() throws Exception {
        String modules = mermaid();
        List<Path> files = new ArrayList<>();
        for (String name : ExampleChains.HOSTILE) {
            RequestChain chain = RequestChain.of(
                    "c",
                    List.of(
                            Hops.hop(1, 0, name, name, 0, 9).build(),
                            Hops.hop(2, 1, "other", name, 1, 2).build()));
            files.add(write(chain, ChainRenderer.mermaidSequence(), files.size() + ".mmd"));
            files.add(write(chain, ChainRenderer.mermaidFlowchart(), files.size() + ".mmd"));
        }

        List<Map<?, ?>> read = readMermaid(modules, files);

        for (int i = 0; i < ExampleChains.HOSTILE.size(); i++) {
            String name = ExampleChains.HOSTILE.get(i);
            String shown = Printable.shorten(name, 60);
            Map<?, ?> sequence = read.get(2 * i);
            assertThat(texts(sequence)).as(name).contains(shown, shown + " (9.00 ms, critical)");
            assertThat(edges(sequence)).isEqualTo(3);
            Map<?, ?> flowchart = read.get(2 * i + 1);
            assertThat(texts(flowchart))
                    .as(name)
                    .containsExactly(shown + "<br>" + shown + "<br>9.00 ms", "other<br>" + shown + "<br>1.00 ms");
            assertThat(edges(flowchart)).isEqualTo(1);
        }
    }

    @Test
    void graphviz_drawsEveryGraphWithItsNames() throws Exception {
        assumeTrue(exists("dot"), "no dot of Graphviz on the path");
        int drawn = 0;
        for (RequestChain chain : chains()) {
            if (chain.hops().size() > 500) {
                continue;
            }
            Path file = write(chain, ChainRenderer.dot(), "graph.dot");

            String svg = run(List.of("dot", "-Tsvg", file.toString()));

            assertThat(svg.split("class=\"node\"", -1)).hasSize(chain.hops().size() + 1);
            String texts = svg.replace("&#45;", "-")
                    .replace("&#160;", " ")
                    .replace("&quot;", "\"")
                    .replace("&#39;", "'")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&");
            chain.hops()
                    .forEach(hop -> assertThat(texts)
                            .contains(">" + Printable.shorten(hop.hop().operation(), 80) + "</text>"));
            drawn++;
        }
        System.out.println("Graphviz drew " + drawn + " graphs");
    }

    private static List<RequestChain> chains() {
        List<RequestChain> chains = new ArrayList<>(
                List.of(ExampleChains.order(), ExampleChains.hostile(), ExampleChains.large(3_000), Hops.chain()));
        for (int seed = 0; seed < 60; seed++) {
            chains.add(RequestChain.of("garbage", RequestChainTest.garbage(new Random(seed), 30)));
            chains.add(RequestChain.of("names", names(new Random(seed))));
        }
        return chains;
    }

    /** Words that mean something to Mermaid or Graphviz, and signs, in any order. */
    private static List<Hop> names(Random random) {
        String[] words = {
            "end",
            "loop",
            "alt",
            "note",
            "over",
            "subgraph",
            "graph",
            "node",
            "style",
            "class",
            "click",
            "default",
            "o",
            "x",
            "--",
            "-->",
            "->>",
            "==>",
            "|",
            ";",
            ":",
            ":::",
            "#",
            "&",
            "\"",
            "'",
            "`",
            "\\",
            "\n",
            "%%",
            "<b>",
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            "@",
            "~",
            "$$",
            ",",
            "+",
            "-",
            "*",
            "_",
            "1.",
            "\u00e9",
            "\ud83d\ude80",
            " "
        };
        List<Hop> hops = new ArrayList<>();
        for (int number = 1; number <= 8; number++) {
            StringBuilder name = new StringBuilder();
            for (int word = 0; word <= random.nextInt(6); word++) {
                name.append(words[random.nextInt(words.length)]).append(random.nextBoolean() ? " " : "");
            }
            hops.add(Hops.hop(number, number / 2, name.toString(), name.toString(), number, 30 - number)
                    .failed(name.toString())
                    .build());
        }
        return hops;
    }

    private Path write(RequestChain chain, ChainRenderer renderer, String name) throws IOException {
        return Files.writeString(directory.resolve(name), renderer.render(chain));
    }

    private static String mermaid() throws Exception {
        String modules = System.getProperty("mermaid.modules", "");
        assumeTrue(!modules.isEmpty(), "no -Dmermaid.modules=NODE_MODULES with mermaid and jsdom in it");
        assumeTrue(exists("node"), "no node on the path");
        return modules;
    }

    private static String version(String modules) throws IOException {
        String file = Files.readString(Path.of(modules, "mermaid", "package.json"));
        return file.replaceAll("(?s).*?\"version\": *\"([^\"]+)\".*", "$1");
    }

    private List<Map<?, ?>> readMermaid(String modules, List<Path> files) throws Exception {
        Path script = directory.resolve("read-mermaid.mjs");
        try (InputStream source = DiagramToolsIT.class.getResourceAsStream("read-mermaid.mjs")) {
            Files.write(script, Objects.requireNonNull(source).readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of("node", script.toString(), modules));
        files.forEach(file -> command.add(file.toString()));
        List<Map<?, ?>> read = new ArrayList<>();
        run(command).lines().forEach(line -> read.add((Map<?, ?>) new JsonReader(line).read()));
        return read;
    }

    private static List<String> texts(Map<?, ?> diagram) {
        assertThat(diagram.get("ok")).as(diagram.toString()).isEqualTo(true);
        return ((List<?>) Objects.requireNonNull(diagram.get("texts")))
                .stream().map(Object::toString).toList();
    }

    private static long edges(Map<?, ?> diagram) {
        return (Long) Objects.requireNonNull(diagram.get("edges"));
    }

    private static boolean exists(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    /** What it wrote; a minute is more than any of this takes. */
    private String run(List<String> command) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command.get(0)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(err, UTF_8)).isZero();
        return Files.readString(out, UTF_8);
    }
}
