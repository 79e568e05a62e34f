package io.dharma.tracing.correlation;

import static io.dharma.tracing.correlation.Hops.chain;
import static io.dharma.tracing.correlation.Hops.internal;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.api.trace.SpanKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is drawn, compared with files; {@code -Dgolden.write=true} writes them anew, to be looked at. */
class ChainRendererTest {

    private static final Map<String, ChainRenderer> RENDERERS = Map.of(
            "waterfall.txt", ChainRenderer.text(100),
            "waterfall-plain.txt", ChainRenderer.plainText(80),
            "sequence.mmd", ChainRenderer.mermaidSequence(),
            "flowchart.mmd", ChainRenderer.mermaidFlowchart(),
            "graph.dot", ChainRenderer.dot(),
            "chain.json", ChainRenderer.json());

    static Iterable<String> forms() {
        return RENDERERS.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void order_isDrawnAsItsFileSays(String form) {
        assertGolden("order-" + form, render(form, ExampleChains.order()));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void hostileNames_areDrawnAsTheirFileSays(String form) {
        assertGolden("hostile-" + form, render(form, ExampleChains.hostile()));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void emptyChain_isDrawnAsItsFileSays(String form) {
        assertGolden("empty-" + form, render(form, chain()));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void nothingDrawn_commandsATerminal(String form) {
        assertThat(render(form, ExampleChains.hostile()).replace("\n", ""))
                .doesNotContainPattern("[\\p{Cntrl}\\u2028\\u2029\\u202a-\\u202e\\ufeff]");
    }

    @ParameterizedTest
    @MethodSource("forms")
    @Timeout(20)
    void tenThousandHops_areDrawnInNoTime(String form) {
        assertThat(render(form, ExampleChains.large(10_000))).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("forms")
    @Timeout(20)
    void deepChain_isDrawnWithoutAStack(String form) {
        List<Hop> hops = new ArrayList<>();
        for (int i = 1; i <= 20_000; i++) {
            hops.add(internal(i, i - 1, "o", i, 100_000 - i));
        }
        assertThat(render(form, RequestChain.of("deep", hops))).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("forms")
    @Timeout(60)
    void anyGarbage_isDrawn(String form) {
        for (int seed = 0; seed < 200; seed++) {
            RequestChain chain = RequestChain.of("c", RequestChainTest.garbage(new Random(seed), 40));

            assertThat(render(form, chain)).isNotEmpty();
            assertThat(renderer(form).render(chain, null)).isNotEmpty();
        }
    }

    @Test
    void waterfall_fitsAnyWidth() {
        for (int width : new int[] {40, 41, 60, 79, 80, 132, 300}) {
            for (RequestChain chain : chains()) {
                for (ChainRenderer renderer : List.of(ChainRenderer.text(width), ChainRenderer.plainText(width))) {
                    assertThat(renderer.render(chain).lines())
                            .allSatisfy(line -> assertThat(Columns.of(line)).isLessThanOrEqualTo(width));
                }
            }
        }
    }

    private static List<RequestChain> chains() {
        List<RequestChain> chains = new ArrayList<>(List.of(
                ExampleChains.order(),
                ExampleChains.hostile(),
                ExampleChains.large(2_000),
                RequestChain.of(
                        "long",
                        List.of(Hops.hop(1, 0, "a", "b", 0, 0)
                                .start(0)
                                .duration(Long.MAX_VALUE)
                                .build()))));
        for (int seed = 0; seed < 20; seed++) {
            chains.add(RequestChain.of("c", RequestChainTest.garbage(new Random(seed), 40)));
        }
        return chains;
    }

    @Test
    void waterfallForLessThanFortyColumns_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainRenderer.text(39))
                .withMessage("width must be at least 40 columns, but is 39");
    }

    @Test
    void columns_countWideCharactersTwiceAndAccentsNot() {
        assertThat(Columns.of("ab")).isEqualTo(2);
        assertThat(Columns.of("\u6f22\u5b57")).isEqualTo(4);
        assertThat(Columns.of("e\u0301")).isEqualTo(1);
        assertThat(Columns.of("\ud83d\ude80")).isEqualTo(2);
        assertThat(Columns.fit("\u6f22\u5b57\u6f22\u5b57", 7)).isEqualTo("\u6f22\u5b57...");
        assertThat(Columns.cell("\u6f22", 4)).isEqualTo("\u6f22  ");
    }

    @Test
    void mermaid_staysWithinWhatMermaidTakesAndSaysWhatIsLeftOut() {
        RequestChain chain = ExampleChains.large(3_000);

        for (ChainRenderer renderer : List.of(ChainRenderer.mermaidSequence(), ChainRenderer.mermaidFlowchart())) {
            String diagram = renderer.render(chain);

            assertThat(diagram).hasSizeLessThan(45_001).containsPattern("\\d+ more hops are not shown");
        }
    }

    @Test
    void mermaid_leavesOutWhatMattersLeast() {
        List<Hop> hops = new ArrayList<>(List.of(internal(1, 0, "root", 0, 10_000)));
        for (int i = 2; i <= 1_000; i++) {
            hops.add(internal(i, 1, "small" + i, i, i + 1));
        }
        hops.add(Hops.hop(2_000, 1, "shop", "broken", 5, 6).failed(null).build());
        hops.add(internal(2_001, 1, "critical", 9_000, 9_999));

        String diagram = ChainRenderer.mermaidFlowchart().render(RequestChain.of("c", hops));

        assertThat(diagram).contains("root", "broken", "critical", "852 more hops are not shown");
    }

    @Test
    void mermaidText_hasNothingThatMermaidReads() {
        for (String name : ExampleChains.HOSTILE) {
            assertThat(MermaidText.escape(name).replaceAll("#\\d+;", ""))
                    .doesNotContainPattern("[;%\"`<>{}\\[\\]()|&*~\\\\:#\n]")
                    .doesNotContain("--", "  ", "- ", ". ");
        }
        assertThat(MermaidText.escape("GET /orders/{id}")).isEqualTo("GET /orders/#123;id#125;");
    }

    @Test
    void calls_areAnsweredInTheSequenceDiagram() {
        String diagram = ChainRenderer.mermaidSequence().render(ExampleChains.order());

        long opened = diagram.lines().filter(line -> line.contains("->>+")).count();
        long closed = diagram.lines()
                .filter(line -> line.contains("-->>-") || line.contains("--x-"))
                .count();
        assertThat(opened).isEqualTo(closed).isEqualTo(4);
    }

    @Test
    void json_isReadAgainAsItWas() {
        RequestChain chain = ExampleChains.hostile();

        Object read = new JsonReader(ChainRenderer.json().render(chain)).read();

        Map<?, ?> object = (Map<?, ?>) read;
        assertThat(object.get("correlationId")).isEqualTo(chain.correlationId());
        List<?> hops = (List<?>) Objects.requireNonNull(object.get("hops"));
        assertThat(hops).hasSameSizeAs(chain.hops());
        for (int i = 0; i < hops.size(); i++) {
            Map<?, ?> hop = (Map<?, ?>) hops.get(i);
            assertThat(hop.get("operation")).isEqualTo(chain.hops().get(i).hop().operation());
            assertThat(hop.get("service")).isEqualTo(chain.hops().get(i).hop().service());
        }
        assertThat(object.get("criticalPath")).isInstanceOf(Map.class);
    }

    @Test
    void dot_escapesWhatEndsItsStrings() {
        RequestChain chain = chain(Hops.hop(1, 0, "a\"]; b [label=\"", "c\\", 0, 1)
                .kind(SpanKind.SERVER)
                .build());

        assertThat(ChainRenderer.dot().render(chain))
                .contains("[label=\"a\\\"]; b [label=\\\"\\nc\\\\\\n1.00 ms\", penwidth=3];");
    }

    private static String render(String form, RequestChain chain) {
        return renderer(form).render(chain);
    }

    private static ChainRenderer renderer(String form) {
        return Objects.requireNonNull(RENDERERS.get(form), form);
    }

    static void assertGolden(String name, String actual) {
        if (Boolean.getBoolean("golden.write")) {
            write(Path.of("src/test/resources/io/dharma/tracing/correlation/golden", name), actual);
        }
        assertThat(actual).isEqualTo(read("golden/" + name));
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String read(String name) {
        if (Boolean.getBoolean("golden.write")) {
            try {
                return Files.readString(Path.of("src/test/resources/io/dharma/tracing/correlation", name));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        try (InputStream file = ChainRendererTest.class.getResourceAsStream(name)) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
