package io.dharma.tracing.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demo as {@code mvn -q -Pdemo} runs it: a process of its own, which nobody ends but itself. */
@Timeout(60)
class QuickstartTest {

    @Test
    void demo_endsByItselfAndShowsTreesReasonsAChainErrorsAndHealth() throws IOException, InterruptedException {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Quickstart.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String printed = new String(demo.getInputStream().readAllBytes(), UTF_8);

            assertThat(demo.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(demo.exitValue()).as(printed).isZero();
            assertThat(printed.lines().filter(line -> line.startsWith("order ")))
                    .hasSize(20);
            assertThat(printed)
                    .containsPattern("trace [0-9a-f]{32}  .*  orders  \\d+ spans?  \\(kept: error\\)\\R"
                            + "└─ GET /orders/\\{id} .*ERROR.*\\R   └─ read-order .*ERROR")
                    .containsPattern("trace [0-9a-f]{32}  .*  orders  \\d+ spans  \\(kept: slow\\)\\R"
                            + "└─ GET /orders/\\{id} .*\\R(   ├─ .*\\R)+   └─ GET .*\\[client]")
                    .containsPattern("chain [0-9a-f]{32}\\R14 hops in 1 service, .* critical path .*\\R"
                            + "orders GET /orders/\\{id} .*\\R(├─ .*\\R│  └─ .*\\R)?")
                    .contains("sequenceDiagram\n    actor caller\n")
                    .containsPattern("accepted \\{BAGGAGE=29}, created 20, replaced 0, refused \\{}, withheld 0")
                    .containsPattern("spans -> console: HEALTHY, sent [1-9]\\d*, dropped 0, queued 0")
                    .containsPattern("kept for an error [1-9]\\d*, kept for slowness [1-9]")
                    .containsPattern(
                            "  1 x java.lang.NumberFormatException: .*\\R      ERROR .* NEW, at "
                                    + "io.dharma.tracing.examples.quickstart.OrderFile.line\\(OrderFile.java:\\d+\\), v1-[0-9a-f]{32}")
                    .contains("No findings");
        } finally {
            demo.destroyForcibly().waitFor();
        }
    }
}
