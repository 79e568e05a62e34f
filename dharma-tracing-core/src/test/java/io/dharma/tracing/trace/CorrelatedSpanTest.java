package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What spans have of the correlation in which they start. */
class CorrelatedSpanTest {

    private static final int ROUNDS = 20_000;

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.create();

    private final CorrelationContext order =
            CorrelationContext.builder().correlationId("order-4711").build();

    private String correlationOf(String span) {
        return String.valueOf(fixture.span(span).getAttributes().get(Correlation.ATTRIBUTE));
    }

    @Test
    void everySpan_hasTheIdOfItsCorrelation() {
        Correlation.with(order)
                .run(() -> fixture.tracer().tracedRun("outer", outer -> {
                    outer.attribute("order.id", 4711);
                    fixture.tracer()
                            .tracedRun(
                                    "inner",
                                    inner -> assertThat(Correlation.current()).isSameAs(order));
                    Span span = fixture.tracer()
                            .openTelemetry()
                            .getTracer("library")
                            .spanBuilder("library")
                            .setAttribute("a", "b")
                            .startSpan();
                    span.end();
                }));

        assertThat(correlationOf("outer")).isEqualTo("order-4711");
        assertThat(correlationOf("inner")).isEqualTo("order-4711");
        assertThat(correlationOf("library")).isEqualTo("order-4711");
        assertThat(fixture.span("outer").getTotalAttributeCount()).isEqualTo(2);
    }

    @Test
    void spanOutsideOfAny_hasNone() {
        fixture.tracer().tracedRun("block", block -> {});

        SpanData span = fixture.span("block");
        assertThat(span.getAttributes().isEmpty()).isTrue();
    }

    @Test
    void idIsThereFromTheStart_andTheApplicationMaySayOtherwise() {
        try (Scope scope = Correlation.with(order).makeCurrent();
                TracedBlock block = fixture.tracer().start("block")) {
            RecordedSpan span = (RecordedSpan) Span.fromContext(block.context());
            assertThat(span.getAttribute(Correlation.ATTRIBUTE)).isEqualTo("order-4711");
            block.attribute("dharma.correlation_id", "mine");
        }
        assertThat(correlationOf("block")).isEqualTo("mine");
    }

    @Test
    void lookUp_withoutACorrelationTakesNoMemory() {
        Context context = Context.root().with(Span.getInvalid());

        assertThat(bytesOf(() -> Correlation.idIn(context))).isLessThan(1);
        assertThat(bytesOf(() -> Correlation.idIn(Correlation.stored(order, context))))
                .as("the measurement measures")
                .isGreaterThan(1);
    }

    @Test
    void mdcOfAllIds_takesNoMoreForABlockThanThatOfTheSpanAlone() {
        fixture.restart(settings -> settings.sampler(Sampler.alwaysOff()));
        double spanAlone = bytesOfABlockWith(MdcMirror.ofTraceAndSpan());
        double allIds = bytesOfABlockWith(MdcMirror.ofAllIds());

        assertThat(allIds).isLessThan(spanAlone + 4);
    }

    private double bytesOfABlockWith(MdcMirror mirror) {
        try (ContextHooks.Registration registration = ContextHooks.register(mirror)) {
            return bytesOf(() -> fixture.tracer().start("block").close());
        }
    }

    private static double bytesOf(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double least = Double.MAX_VALUE;
        // The least, since the compiler's own work on this thread comes on top now and then.
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                work.run();
            }
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / (double) ROUNDS);
        }
        return least;
    }
}
