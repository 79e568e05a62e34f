package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.store.TraceStore;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Blocks of our own tracer on their way through redaction. */
@Timeout(30)
class RedactedBlockTest {

    private final TraceStore memory = TraceStore.create();
    private final Redactor redactor = Redactor.create();

    @Test
    void block_leavesWithoutItsSecrets() {
        SpanData span = traced(block -> block.attribute("user.password", "hunter2")
                .attribute("order.id", 4711)
                .attribute("pin", 1234)
                .attribute("db.system.name", "mysql")
                .attribute("db.query.text", "SELECT \"hunter2\"")
                .attribute("note", "token=hunter2abc"));

        assertThat(span.getAttributes().asMap().entrySet().stream()
                        .map(entry -> entry.getKey().getKey() + "=" + entry.getValue()))
                .contains(
                        "user.password=[redacted]",
                        "order.id=4711",
                        "pin=0",
                        "db.query.text=SELECT ?",
                        "note=token=[redacted]");
        assertThat(span.getAttributes().get(AttributeKey.longKey("order.id"))).isEqualTo(4711L);
    }

    @Test
    void exception_leavesWithTheSecretsOfItsMessagesTakenOut() {
        SpanData span = traced(block -> {
            block.fail(new IllegalStateException("password=hunter2", new RuntimeException("pwd='hunter2'")));
            return block;
        });

        assertThat(span.getStatus().getDescription()).isEqualTo("password=[redacted]");
        String trace = span.getEvents().get(0).getAttributes().get(AttributeKey.stringKey("exception.stacktrace"));
        assertThat(trace)
                .contains("Caused by: java.lang.RuntimeException: pwd='[redacted]'", "RedactedBlockTest.java:")
                .doesNotContain("hunter2");
    }

    @Test
    void block_withoutSecretsLeavesAsItIs() {
        SpanData span = traced(block -> block.attribute("order.id", 4711).attribute("state", "shipped"));

        assertThat(span.getAttributes().get(AttributeKey.stringKey("state"))).isEqualTo("shipped");
        assertThat(span.getAttributes().size()).isEqualTo(2);
        assertThat(redactor.counts().redacted()).isEmpty();
    }

    private SpanData traced(UnaryOperator<TracedBlock> fill) {
        try (DharmaTracer tracer =
                DharmaTracer.builder().sink(memory).redactor(redactor).build()) {
            try (TracedBlock block = tracer.start("order")) {
                TracedBlock unused = fill.apply(block);
            }
            assertThat(tracer.flush(Duration.ofSeconds(10))).isTrue();
            assertThat(tracer.health().spans().dropped()).isEqualTo(Map.of());
        }
        List<SpanData> spans = memory.spansNamed("order");
        assertThat(spans).hasSize(1);
        return spans.get(0);
    }
}
