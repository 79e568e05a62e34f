package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dharma.tracing.context.MdcMirror;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What log lines written inside blocks carry. */
class BlockMdcTest {

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.with(settings -> settings.mdc(MdcMirror.ofTraceAndSpan()));

    private final Logger log = (Logger) LoggerFactory.getLogger("application");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent line) {
            // The MDC is copied when it is first asked for, and on the thread that asks.
            line.prepareForDeferredProcessing();
            super.append(line);
        }
    };

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
        log.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(lines);
        assertThat(MDC.get("trace_id")).isNull();
        assertThat(MDC.get("span_id")).isNull();
    }

    private Map<String, String> line(String message) {
        return lines.list.stream()
                .filter(event -> event.getMessage().equals(message))
                .findFirst()
                .orElseThrow()
                .getMDCPropertyMap();
    }

    private static Map<String, String> idsOf(TracedBlock block) {
        return Map.of("trace_id", block.traceId(), "span_id", block.spanId());
    }

    @Test
    void logLines_carryTheIdsOfTheBlockAroundThem() {
        log.info("before");
        try (TracedBlock outer = fixture.tracer().start("outer")) {
            log.info("in outer");
            try (TracedBlock inner = fixture.tracer().start("inner")) {
                log.info("in inner");
                assertThat(line("in inner")).isEqualTo(idsOf(inner));
            }
            log.info("in outer again");
            assertThat(line("in outer")).isEqualTo(idsOf(outer));
            assertThat(line("in outer again")).isEqualTo(idsOf(outer));
        }
        log.info("after");

        assertThat(line("before")).isEmpty();
        assertThat(line("after")).isEmpty();
    }

    @Test
    void logLines_ofAnAsynchronousBlockCarryIdsWhileItsContextIsCurrent() throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        TracedBlock[] block = new TracedBlock[1];
        fixture.tracer().tracedAsync("load", started -> {
            block[0] = started;
            log.info("in body");
            return stage;
        });
        log.info("after body");
        fixture.elsewhere(() -> {
            try (Scope scope = block[0].makeCurrent()) {
                log.info("in continuation");
            }
            log.info("after continuation");
            return stage.complete("x");
        });

        assertThat(line("in body")).isEqualTo(idsOf(block[0]));
        assertThat(line("after body")).isEmpty();
        assertThat(line("in continuation")).isEqualTo(idsOf(block[0]));
        assertThat(line("after continuation")).isEmpty();
    }

    @Test
    void applicationsOwnValue_comesBack() {
        MDC.put("trace_id", "mine");
        try (TracedBlock block = fixture.tracer().start("block")) {
            assertThat(MDC.get("trace_id")).isEqualTo(block.traceId());
        }
        assertThat(MDC.get("trace_id")).isEqualTo("mine");
        MDC.remove("trace_id");
    }

    @Test
    void blocksClosedOutOfOrder_leaveTheMdcAsItWas() {
        TracedBlock a = fixture.tracer().start("a");
        TracedBlock b = fixture.tracer().start("b");
        TracedBlock c = fixture.tracer().start("c");
        b.close();
        assertThat(MDC.get("span_id")).isEqualTo(a.spanId());
        a.close();
        assertThat(MDC.get("span_id")).isNull();
        c.close();
    }

    @Test
    void blockClosedElsewhere_leavesTheMdcOnceTheNextBlockIsOver() throws Exception {
        TracedBlock leaked = fixture.elsewhere(() -> fixture.tracer().start("leaked"));
        leaked.close();

        fixture.elsewhere(() -> {
            try (TracedBlock next = fixture.tracer().start("next")) {
                assertThat(MDC.get("trace_id")).isEqualTo(next.traceId());
            }
            assertThat(MDC.get("trace_id")).isNull();
            return null;
        });
    }

    @Test
    void unsampledBlock_isInTheMdcToo() {
        fixture.restart(settings -> settings.mdc(MdcMirror.ofTraceAndSpan()).sampler(Sampler.alwaysOff()));
        try (TracedBlock block = fixture.tracer().start("block")) {
            assertThat(MDC.get("trace_id")).isEqualTo(block.traceId());
        }
    }
}
