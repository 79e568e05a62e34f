package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.testsupport.ManualClock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a listener hears of spans, be they exported or not. */
class CorrelatedSpanListenerTest {

    private final List<CorrelatedSpan> heard = Collections.synchronizedList(new ArrayList<>());

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.withManualClock(settings -> settings);

    private final CorrelationContext order =
            CorrelationContext.builder().correlationId("order-4711").build();

    /** What the sampler says, and whether what it dropped may be kept all the same. */
    private enum Fate {
        SAMPLED,
        DROPPED,
        DROPPED_UNTIL_IT_FAILS
    }

    private DharmaTracer tracer(Fate fate) {
        return fixture.restart(settings -> settings.clock(fixture.clock())
                .sampler(fate == Fate.SAMPLED ? Sampler.alwaysOn() : Sampler.alwaysOff())
                .keep(fate == Fate.DROPPED_UNTIL_IT_FAILS ? KeepPolicy.nothing().andErrors() : KeepPolicy.nothing())
                .correlatedSpans(heard::add));
    }

    private CorrelatedSpan only() {
        assertThat(heard).hasSize(1);
        return heard.get(0);
    }

    @ParameterizedTest
    @EnumSource
    void span_isHeardWithAllThatAChainNeeds(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        SpanContext message = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getDefault(),
                TraceState.getDefault());
        long before = fixture.clock().now();
        String[] ids = new String[2];

        Correlation.with(order)
                .run(() -> tracer.block("receive")
                        .kind(SpanKind.CONSUMER)
                        .link(message)
                        .run(block -> {
                            ids[0] = block.traceId();
                            ids[1] = block.spanId();
                            fixture.clock().advance(Duration.ofMillis(7));
                        }));

        CorrelatedSpan span = only();
        assertThat(span.correlation()).isSameAs(order);
        assertThat(span.getSpanContext().getTraceId()).isEqualTo(ids[0]);
        assertThat(span.getSpanContext().getSpanId()).isEqualTo(ids[1]);
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(span.isEntry()).isTrue();
        assertThat(span.getName()).isEqualTo("receive");
        assertThat(span.getKind()).isEqualTo(SpanKind.CONSUMER);
        assertThat(span.startEpochNanos()).isEqualTo(before);
        assertThat(span.endEpochNanos() - span.startEpochNanos()).isEqualTo(7_000_000);
        assertThat(span.hasFailed()).isFalse();
        assertThat(span.errorType()).isNull();
        assertThat(span.linkedSpans()).containsExactly(message);
        assertThat(span.estimatedBytes()).isBetween(200L, 2_000L);
    }

    @ParameterizedTest
    @EnumSource
    void children_nameTheirParentsAndOnlyTheFirstIsAnEntry(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        Correlation.with(order)
                .run(() -> tracer.tracedRun("outer", outer -> {
                    tracer.tracedRun("inner", inner -> {});
                    tracer.openTelemetry()
                            .getTracer("library")
                            .spanBuilder("library")
                            .startSpan()
                            .end();
                }));

        assertThat(heard).extracting(CorrelatedSpan::getName).containsExactly("inner", "library", "outer");
        assertThat(heard).extracting(CorrelatedSpan::isEntry).containsExactly(false, false, true);
        assertThat(heard.subList(0, 2))
                .allSatisfy(span -> assertThat(span.getParentSpanContext().getSpanId())
                        .isEqualTo(heard.get(2).getSpanContext().getSpanId()));
    }

    @ParameterizedTest
    @EnumSource
    void entry_isAlsoWhatComesFromElsewhereAndWhereAnotherCorrelationBegins(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        Context remote = Context.root()
                .with(Span.wrap(SpanContext.createFromRemoteParent(
                        "0af7651916cd43dd8448eb211c80319c",
                        "b7ad6b7169203331",
                        TraceFlags.getDefault(),
                        TraceState.getDefault())));
        Context request = Correlation.stored(order, remote);

        tracer.block("serve").parent(request).run(serve -> {
            Correlation.with(order.next()).run(() -> tracer.tracedRun("same id", block -> {}));
            Correlation.with(CorrelationContext.create()).run(() -> tracer.tracedRun("other id", block -> {}));
        });

        assertThat(heard).extracting(CorrelatedSpan::getName).containsExactly("same id", "other id", "serve");
        assertThat(heard).extracting(CorrelatedSpan::isEntry).containsExactly(false, true, true);
        assertThat(heard.get(2).getParentSpanContext().getSpanId()).isEqualTo("b7ad6b7169203331");
    }

    @ParameterizedTest
    @EnumSource
    void correlationBegunInsideATrace_hasItsEntryThere(Fate fate) {
        DharmaTracer tracer = tracer(fate);

        tracer.tracedRun(
                "without", without -> Correlation.with(order).run(() -> tracer.tracedRun("with", block -> {})));

        assertThat(only().getName()).isEqualTo("with");
        assertThat(only().isEntry()).isTrue();
        assertThat(only().getParentSpanContext().isValid()).isTrue();
    }

    private List<String> nested() {
        return heard.stream()
                .filter(CorrelatedSpan::isNested)
                .map(CorrelatedSpan::getName)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void blockThatKeepsTheThreadOfItsParentBusy_isNested(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        CompletableFuture<String> stage = new CompletableFuture<>();

        Correlation.with(order)
                .run(() -> tracer.tracedRun("outer", outer -> {
                    tracer.tracedRun("lambda", block -> {});
                    Correlation.with(order.next()).run(() -> tracer.tracedRun("same request", block -> {}));
                    try (TracedBlock block = tracer.block("tried").start()) {
                        tracer.block("uncle")
                                .parent(outer.context())
                                .run(uncle -> uncle.fail(new IllegalStateException()));
                        block.fail("failed");
                    }
                    tracer.tracedAsync("asynchronous", async -> {
                        tracer.tracedRun("in its body", block -> {});
                        return stage;
                    });
                }));

        stage.complete("");

        assertThat(nested()).containsExactly("lambda", "same request", "uncle", "tried", "in its body");
        assertThat(heard).extracting(CorrelatedSpan::getName).endsWith("outer", "asynchronous");
    }

    @ParameterizedTest
    @EnumSource
    void spanThatMayLeaveItsParentFree_isNotNested(Fate fate) throws InterruptedException {
        DharmaTracer tracer = tracer(fate);
        List<TracedBlock> left = new ArrayList<>();

        Correlation.with(order).run(() -> {
            try (TracedBlock outer = tracer.start("outer")) {
                tracer.block("detached").startDetached().close();
                tracer.tracedAsync("stage", block -> CompletableFuture.completedFuture(""));
                Instant began = Instant.ofEpochSecond(0, fixture.clock().now()).minusSeconds(5);
                tracer.block("earlier").startedAt(began).start().close();
                try (TracedBlock block = tracer.start("ended by the API")) {
                    block.span().end();
                }
                Span span = tracer.openTelemetry()
                        .getTracer("library")
                        .spanBuilder("library")
                        .startSpan();
                try (Scope scope = span.makeCurrent()) {
                    tracer.tracedRun("under a span", block -> {});
                }
                span.end();
                onAnotherThread(() ->
                        tracer.block("task").parent(outer.context()).start().close());
                onAnotherThread(tracer.start("closed elsewhere")::close);
                left.add(tracer.start("closed late"));
            }
            left.forEach(TracedBlock::close);
            tracer.block("after its parent").parent(left.get(0).context()).run(block -> {});
        });

        assertThat(nested()).isEmpty();
        assertThat(heard).hasSize(11);
    }

    private static void onAnotherThread(Runnable work) throws InterruptedException {
        Thread other = new Thread(work);
        other.start();
        other.join();
    }

    @ParameterizedTest
    @EnumSource
    void failure_isHeardWithItsType(Fate fate) {
        DharmaTracer tracer = tracer(fate);

        assertThatThrownBy(() -> Correlation.with(order)
                        .run(() -> tracer.tracedRun("thrown", block -> {
                            throw new IllegalStateException("declined");
                        })))
                .isInstanceOf(IllegalStateException.class);
        Correlation.with(order).run(() -> tracer.tracedRun("said", block -> block.fail("declined")));
        Correlation.with(order)
                .run(() -> tracer.tracedRun("overruled", block -> {
                    block.span().setStatus(StatusCode.OK);
                    block.fail(new IllegalStateException());
                }));

        assertThat(heard).extracting(CorrelatedSpan::hasFailed).containsExactly(true, true, false);
        assertThat(heard)
                .extracting(CorrelatedSpan::errorType)
                .containsExactly("java.lang.IllegalStateException", null, null);
    }

    @ParameterizedTest
    @EnumSource
    void failureByOpenTelemetrysApi_isHeardWithItsType(Fate fate) {
        Tracer library = tracer(fate).openTelemetry().getTracer("library");
        try (Scope scope = Correlation.with(order).makeCurrent()) {
            Span recorded = library.spanBuilder("recorded").startSpan();
            recorded.recordException(new IllegalArgumentException("first"));
            recorded.recordException(new IllegalStateException("last"));
            recorded.setStatus(StatusCode.ERROR);
            recorded.end();
            Span said = library.spanBuilder("said").startSpan();
            said.recordException(new IllegalStateException());
            said.setAttribute("error.type", "500").setStatus(StatusCode.ERROR);
            said.end();
            library.spanBuilder("at the start")
                    .setAttribute("error.type", "timeout")
                    .startSpan()
                    .setStatus(StatusCode.ERROR)
                    .end();
            library.spanBuilder("all at once")
                    .startSpan()
                    .setAllAttributes(Attributes.of(AttributeKey.stringKey("error.type"), "reset"))
                    .setStatus(StatusCode.ERROR)
                    .end();
            library.spanBuilder("not at all")
                    .startSpan()
                    .setAttribute("error.type", 500)
                    .setStatus(StatusCode.ERROR)
                    .end();
        }

        assertThat(heard).allMatch(CorrelatedSpan::hasFailed);
        assertThat(heard)
                .extracting(CorrelatedSpan::errorType)
                .containsExactly("java.lang.IllegalStateException", "500", "timeout", "reset", null);
    }

    @ParameterizedTest
    @EnumSource
    void spanThatDidNotFail_hasNoTypeOfAFailure(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        Correlation.with(order)
                .run(() -> tracer.tracedRun("handled", block -> {
                    block.fail(new IllegalStateException("handled"));
                    block.span().setStatus(StatusCode.OK);
                }));
        Correlation.with(order)
                .run(() -> tracer.tracedRun(
                        "seen",
                        block -> block.attribute("error.type", "500")
                                .span()
                                .recordException(new IllegalStateException())));

        assertThat(heard).noneMatch(CorrelatedSpan::hasFailed);
        assertThat(heard).extracting(CorrelatedSpan::errorType).containsOnlyNulls();
    }

    @ParameterizedTest
    @EnumSource
    void typeOfAFailure_isBounded(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        Correlation.with(order)
                .run(() -> tracer.tracedRun(
                        "long",
                        block -> block.attribute("error.type", "x".repeat(1 << 20))
                                .fail("")));

        int longest = DharmaTracerBuilder.DEFAULT_LIMITS.getMaxAttributeValueLength();
        assertThat(only().errorType()).hasSize(longest);
        assertThat(only().estimatedBytes()).isGreaterThan(longest);
    }

    /** What the javadoc of the anchor promises: a trace keeps the difference of the clocks that it started with. */
    @ParameterizedTest
    @EnumSource
    void stepOfTheClock_isNotSeenInsideOneTrace(Fate fate) {
        ManualClock clock = fixture.clock();
        DharmaTracer tracer = tracer(fate);
        Correlation.with(order)
                .run(() -> tracer.tracedRun("root", root -> {
                    clock.advance(Duration.ofMillis(1_500));
                    clock.jump(Duration.ofMillis(200));
                    tracer.tracedRun("child", child -> clock.advance(Duration.ofSeconds(1)));
                    clock.advance(Duration.ofMillis(10));
                }));

        assertThat(heard.get(1).endEpochNanos() - heard.get(0).endEpochNanos()).isEqualTo(10_000_000);
        assertThat(heard.get(0).startEpochNanos() - heard.get(1).startEpochNanos())
                .isEqualTo(1_500_000_000);
    }

    @ParameterizedTest
    @EnumSource
    void linkedSpans_cannotBeChangedFromOutside(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        Correlation.with(order)
                .run(() -> tracer.tracedRun(
                        "linking", block -> block.link(block.span().getSpanContext())));

        assertThat(only().linkedSpans()).hasSize(1);
        assertThatThrownBy(() -> only().linkedSpans().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @EnumSource
    void changesUntilTheEnd_areHeardAndLaterOnesAreNot(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        TracedBlock block = Correlation.with(order).call(() -> tracer.start("first"));
        block.rename("GET /orders/{id}");
        block.rename(null);
        block.close();
        block.rename("late");
        block.link(block.span().getSpanContext());
        block.fail("late");
        block.span().end();
        block.close();

        assertThat(only().getName()).isEqualTo("GET /orders/{id}");
        assertThat(only().linkedSpans()).isEmpty();
        assertThat(only().hasFailed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void timesThatTheApplicationSays_areHeard(Fate fate) {
        DharmaTracer tracer = tracer(fate);
        Instant began = Instant.ofEpochSecond(0, fixture.clock().now()).minusSeconds(5);
        TracedBlock block = Correlation.with(order)
                .call(() -> tracer.block("late").startedAt(began).startDetached());
        block.close();
        try (Scope scope = Correlation.with(order).makeCurrent()) {
            Span span = tracer.openTelemetry()
                    .getTracer("library")
                    .spanBuilder("library")
                    .setStartTimestamp(began)
                    .startSpan();
            span.end(began.plusMillis(3).toEpochMilli(), TimeUnit.MILLISECONDS);
        }

        assertThat(heard.get(0).endEpochNanos() - heard.get(0).startEpochNanos())
                .isEqualTo(5_000_000_000L);
        assertThat(heard.get(1).endEpochNanos() - heard.get(1).startEpochNanos())
                .isBetween(2_000_000L, 3_000_000L);
    }

    @ParameterizedTest
    @EnumSource
    void spanWithoutCorrelation_isNotHeard(Fate fate) {
        tracer(fate).tracedRun("block", block -> {});

        assertThat(heard).isEmpty();
    }

    @Test
    void unsampledSpan_staysUnsampledForEverybodyElse() {
        DharmaTracer tracer = tracer(Fate.DROPPED);
        Correlation.with(order)
                .run(() -> tracer.tracedRun("block", block -> {
                    assertThat(block.isRecording()).isFalse();
                    assertThat(block.span().getSpanContext().isSampled()).isFalse();
                }));

        assertThat(fixture.finished()).isEmpty();
        assertThat(heard).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void listenerThatThrows_isContainedAndCounted(Fate fate) {
        DharmaTracer tracer = fixture.restart(
                settings -> settings.sampler(fate == Fate.SAMPLED ? Sampler.alwaysOn() : Sampler.alwaysOff())
                        .correlatedSpans(span -> {
                            throw new AssertionError("hostile");
                        }));

        Correlation.with(order).run(() -> tracer.tracedRun("block", block -> {}));

        assertThat(tracer.health().contained().callbacks()).isEqualTo(1);
        assertThat(fixture.counts().ended()).isEqualTo(1);
        assertThat(fixture.finished()).hasSize(fate == Fate.SAMPLED ? 1 : 0);
    }
}
