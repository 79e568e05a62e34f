package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.ConsoleSpanSink.Style;
import io.dharma.tracing.internal.trace.SpanPrinter;
import io.dharma.tracing.pipeline.Delivery.Rejected;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleSpanSinkTest {

    private static final SpanData ROOT = TestSpans.span("POST /orders")
            .id(1)
            .remoteParent(99)
            .kind(SpanKind.SERVER)
            .took(Duration.ofMillis(1_210))
            .attributes(Attributes.builder()
                    .put("dharma.sampling.kept", "error")
                    .put("http.response.status_code", 500)
                    .build())
            .error("payment failed")
            .data();
    private static final SpanData LOAD = TestSpans.span("load-order")
            .id(2)
            .parent(1)
            .startMillis(2)
            .took(Duration.ofNanos(3_240_000))
            .attributes(Attributes.builder().put("order.id", 42).build())
            .data();
    private static final SpanData CHARGE = TestSpans.span("charge-card")
            .id(3)
            .parent(1)
            .startMillis(10)
            .took(Duration.ofMillis(1_100))
            .failedWith(new IllegalStateException("card\nrefused"))
            .data();
    private static final SpanData CALL = TestSpans.span("POST /payments")
            .id(4)
            .parent(3)
            .startMillis(11)
            .kind(SpanKind.CLIENT)
            .took(Duration.ofNanos(250_000))
            .data();

    private final StringWriter output = new StringWriter();
    private final AtomicLong nanos = new AtomicLong();

    private ConsoleSpanSink.Builder sink() {
        return ConsoleSpanSink.builder().output(output).zone(ZoneOffset.UTC).nanoClock(nanos::get);
    }

    private static void deliver(ConsoleSpanSink sink, SpanData... spans) {
        Deliveries.await(sink.deliver(List.of(spans)));
    }

    private static String golden(String name) {
        try (InputStream in = Objects.requireNonNull(ConsoleSpanSinkTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void trees_lookLikeThis() {
        ConsoleSpanSink sink = sink().build();
        deliver(sink, CALL, LOAD);
        assertThat(output.toString()).isEmpty();

        deliver(sink, CHARGE, ROOT);

        assertThat(output.toString()).isEqualTo(golden("tree.txt"));
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void lines_lookLikeThis() {
        ConsoleSpanSink sink = sink().style(Style.LINES).build();

        deliver(sink, CALL, LOAD, CHARGE, ROOT);

        assertThat(output.toString()).isEqualTo(golden("lines.txt"));
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void colors_lookLikeThis() {
        ConsoleSpanSink sink = sink().colors(true).build();

        deliver(sink, CHARGE, ROOT);

        assertThat(output.toString().replace('\u001b', '~')).isEqualTo(golden("colors.txt"));
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void children_inAnyOrderMakeTheSameTree() {
        List<SpanData> spans = new ArrayList<>(List.of(ROOT, LOAD, CHARGE, CALL));
        Collections.rotate(spans, 2);
        ConsoleSpanSink sink = sink().build();

        Deliveries.await(sink.deliver(spans));

        assertThat(output.toString()).isEqualTo(golden("tree.txt"));
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void trace_whoseRootNeverEndsIsPrintedAfterAWhile() {
        ConsoleSpanSink sink = sink().waitForTrace(Duration.ofSeconds(5)).build();
        deliver(sink, CALL, CHARGE);
        assertThat(output.toString()).isEmpty();

        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        deliver(
                sink,
                TestSpans.span("other")
                        .trace("11111111111111111111111111111111")
                        .id(9)
                        .parent(8)
                        .data());

        assertThat(output.toString()).isEqualTo(golden("incomplete.txt"));
        sink.close(Duration.ofSeconds(1));
        assertThat(output.toString()).contains("trace 11111111111111111111111111111111");
    }

    @Test
    void trace_whoseRootNeverEndsIsPrintedThoughNothingElseHappens() {
        ConsoleSpanSink sink = sink().waitForTrace(Duration.ofSeconds(5)).build();
        assertThat(sink.tend()).as("nothing waits").isNull();
        deliver(sink, CHARGE);

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(sink.tend()).isEqualTo(Duration.ofSeconds(4));
        assertThat(output.toString()).isEmpty();

        nanos.addAndGet(Duration.ofSeconds(4).toNanos());
        assertThat(sink.tend()).isNull();
        assertThat(output.toString()).contains("charge-card");
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void spans_thatWaitAreBoundedInBytesToo() {
        ConsoleSpanSink sink = sink().build();
        for (int trace = 1; trace <= 30; trace++) {
            deliver(
                    sink,
                    TestSpans.span("x".repeat(50_000))
                            .trace(TestSpans.spanId(trace).repeat(2))
                            .parent(5)
                            .data());
        }

        assertThat(output.toString().lines().filter(line -> line.startsWith("trace ")))
                .as("ten of 100 kB each may wait")
                .hasSize(20);
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void spans_thatWaitAreBounded() {
        ConsoleSpanSink sink = sink().maxWaiting(10).build();

        for (int trace = 1; trace <= 30; trace++) {
            deliver(
                    sink,
                    TestSpans.span("orphan")
                            .trace(TestSpans.spanId(trace).repeat(2))
                            .parent(5)
                            .data());
        }

        assertThat(output.toString().lines().filter(line -> line.startsWith("trace ")))
                .hasSize(20);
        sink.close(Duration.ofSeconds(1));
        assertThat(output.toString().lines().filter(line -> line.startsWith("trace ")))
                .hasSize(30);
    }

    @Test
    void spans_thatCallEachOtherInACircleArePrintedOnce() {
        ConsoleSpanSink sink = sink().build();
        deliver(
                sink,
                TestSpans.span("hen").id(1).parent(2).data(),
                TestSpans.span("egg").id(2).parent(1).data());

        sink.close(Duration.ofSeconds(1));

        assertThat(output.toString()).containsOnlyOnce("hen").containsOnlyOnce("egg");
    }

    @Test
    void tree_thatIsVeryDeepIsCutOff() {
        List<SpanData> spans = new ArrayList<>();
        for (int depth = 1; depth <= 5_000; depth++) {
            TestSpans.Maker span = TestSpans.span("deep-" + depth).id(depth);
            spans.add(depth == 1 ? span.data() : span.parent(depth - 1).data());
        }
        ConsoleSpanSink sink = sink().maxWaiting(10_000).build();

        Deliveries.await(sink.deliver(spans));

        assertThat(output.toString()).contains("5000 spans", "deep-40", "deeper calls are not shown");
        assertThat(output.toString().length()).isLessThan(50_000);
        sink.close(Duration.ofSeconds(1));
    }

    @Test
    void text_fromOutsideCannotForgeLinesOrCommandTheTerminal() {
        SpanData hostile = TestSpans.span("a\nERROR fake\u001b[2J\u202egnp")
                .attributes(Attributes.builder()
                        .put("k\r\n", "v\u0000\u009b31m\u2028")
                        .build())
                .error("\u0007\tbell \ud800")
                .data();
        ConsoleSpanSink lines = sink().style(Style.LINES).build();
        deliver(lines, hostile);
        ConsoleSpanSink trees = sink().build();
        deliver(trees, hostile);

        assertThat(output.toString().lines()).hasSize(4);
        assertThat(output.toString().chars().filter(c -> c != '\n' && (c < ' ' || (c >= 0x7f && c < 0xa0))))
                .isEmpty();
        assertThat(output.toString())
                .contains(
                        "a\\nERROR fake\\u001b[2J\\u202egnp",
                        "k\\r\\n=v\\u0000\\u009b31m\\u2028",
                        "\\u0007\\tbell \\ud800");
        lines.close(Duration.ofSeconds(1));
        trees.close(Duration.ofSeconds(1));
    }

    @Test
    void output_thatFailsRejectsTheBatch() {
        ConsoleSpanSink sink = ConsoleSpanSink.builder()
                .style(Style.LINES)
                .output(new Writer() {
                    @Override
                    public void write(char[] buffer, int offset, int length) throws IOException {
                        throw new IOException("disk full");
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                })
                .build();

        assertThat(Deliveries.await(sink.deliver(List.of(LOAD)))).isInstanceOf(Rejected.class);
        sink.close(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({"true, '', xterm, true", "false, '', xterm, false", "true, 1, xterm, false", "true, '', dumb, false"})
    void colors_areForTerminalsThatWantThem(boolean interactive, String noColor, String term, boolean expected) {
        assertThat(Terminal.wantsColors(Map.of("NO_COLOR", noColor, "TERM", term), interactive))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.00 us",
        "1234, 1.23 us",
        "999999, 1000 us",
        "3240000, 3.24 ms",
        "56700000, 56.7 ms",
        "1210000000, 1.21 s",
        "250000000000, 250 s"
    })
    void duration_isSaidInThreeDigits(long durationNanos, String expected) {
        assertThat(SpanPrinter.duration(durationNanos)).isEqualTo(expected);
    }
}
