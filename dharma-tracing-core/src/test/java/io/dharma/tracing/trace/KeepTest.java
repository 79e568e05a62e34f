package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.sampling.KeepReason;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KeepTest {

    private static final Duration SLOW = Duration.ofMillis(500);
    private static final KeepPolicy POLICY = KeepPolicy.nothing().andErrors().andSlowerThan(SLOW);

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.withManualClock(
            settings -> settings.sampler(Sampler.alwaysOff()).keep(POLICY));

    private DharmaTracer tracer() {
        return fixture.tracer();
    }

    private static @Nullable String reason(SpanData span) {
        return span.getAttributes().get(KeepReason.ATTRIBUTE);
    }

    private TracedBlock childOf(TracedBlock parent, String name) {
        return tracer().block(name).parent(parent.context()).startDetached();
    }

    private TracedBlock root() {
        return tracer().block("root").root().startDetached();
    }

    @Test
    void unremarkableTrace_isNotExported() {
        tracer().tracedRun(
                        "root",
                        root -> tracer().tracedRun(
                                        "child", child -> fixture.clock().advance(SLOW)));

        assertThat(fixture.finished()).isEmpty();
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(0, 0, 0, 0, 0));
    }

    @Test
    void failedTrace_isExportedWhole() {
        TracedBlock root = root();
        childOf(root, "before").close();
        childOf(root, "failing").fail("no stock").close();
        childOf(root, "after").close();
        root.close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "before", "failing", "after");
        assertThat(fixture.finished()).allSatisfy(span -> {
            assertThat(reason(span)).isEqualTo("error");
            assertThat(span.getTotalAttributeCount())
                    .isEqualTo(span.getAttributes().size());
            assertThat(span.getSpanContext().isSampled()).isFalse();
        });
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(1, 0, 0, 0, 0));
    }

    @Test
    void slowTrace_isExportedWhole() {
        TracedBlock root = root();
        childOf(root, "child").close();
        fixture.clock().advance(SLOW.plusNanos(1));
        root.close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "child");
        assertThat(fixture.finished()).allMatch(span -> "slow".equals(reason(span)));
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(0, 1, 0, 0, 0));
    }

    @Test
    void slowChild_isNoReason() {
        TracedBlock root = root();
        root.close();
        TracedBlock late = childOf(root, "late");
        fixture.clock().advance(SLOW.multipliedBy(2));
        late.close();

        assertThat(fixture.finished()).isEmpty();
    }

    @Test
    void lateChildrenOfAKeptTrace_areExported() {
        TracedBlock root = root();
        TracedBlock late = childOf(root, "late");
        root.fail("broken").close();
        late.close();
        childOf(late, "later").close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "late", "later");
        assertThat(fixture.finished()).allMatch(span -> "error".equals(reason(span)));
    }

    @Test
    void childThatFailsAfterTheRootEnded_keepsTheWholeTrace() {
        TracedBlock root = root();
        TracedBlock late = childOf(root, "late");
        childOf(root, "early").close();
        root.close();
        assertThat(fixture.names()).isEmpty();
        late.fail("broken").close();
        childOf(late, "later").close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "early", "late", "later");
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(1, 0, 0, 0, 0));
    }

    @Test
    void childThatEndsWellAfterTheRoot_letsTheTraceGo() {
        TracedBlock root = root();
        TracedBlock late = childOf(root, "late");
        root.close();
        late.close();

        assertThat(fixture.names()).isEmpty();
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(0, 0, 0, 0, 0));
    }

    /** All had ended, so the trace was let go. */
    @Test
    void childThatStartsLaterAndFails_isExportedWithWhatFollows() {
        TracedBlock root = root();
        root.close();
        TracedBlock late = childOf(root, "late");
        late.fail("broken").close();
        childOf(late, "later").close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("late", "later");
    }

    @Test
    void handledFailureOfAChild_keepsTheTraceThoughTheRootIsWell() {
        TracedBlock root = root();
        childOf(root, "child").fail("retried").close();
        root.close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "child");
        assertThat(fixture.span("root").getStatus().getStatusCode().name()).isEqualTo("UNSET");
    }

    @Test
    void errorIsTheStrongerReason() {
        TracedBlock root = root();
        fixture.clock().advance(SLOW.multipliedBy(2));
        root.fail("late and wrong").close();

        assertThat(reason(fixture.span("root"))).isEqualTo("error");
    }

    @Test
    void sampledTraces_areLeftAlone() {
        fixture.restart(
                settings -> settings.sampler(Sampler.alwaysOn()).keep(POLICY).clock(fixture.clock()));
        TracedBlock root = root();
        childOf(root, "child").fail("broken").close();
        fixture.clock().advance(SLOW.multipliedBy(2));
        root.close();

        assertThat(fixture.finished()).hasSize(2).allMatch(span -> reason(span) == null);
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(0, 0, 0, 0, 0));
    }

    @Test
    void unsampledRemoteParent_makesALocalRoot() {
        SpanContext remote = SpanContext.createFromRemoteParent(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getDefault(),
                TraceState.getDefault());
        TracedBlock serve = tracer().block("serve")
                .parent(Context.root().with(Span.wrap(remote)))
                .startDetached();
        childOf(serve, "child").close();
        fixture.clock().advance(SLOW.multipliedBy(2));
        serve.close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("serve", "child");
        assertThat(fixture.span("serve").getParentSpanContext()).isEqualTo(remote);
        assertThat(fixture.span("serve").getTraceId()).isEqualTo(remote.getTraceId());
    }

    @Test
    void keepNothing_recordsNothing() {
        fixture.restart(settings -> settings.sampler(Sampler.alwaysOff()));
        try (TracedBlock root = tracer().start("root")) {
            assertThat(root.isRecording()).isFalse();
            root.fail("broken");
        }

        assertThat(fixture.finished()).isEmpty();
    }

    @Test
    void openTelemetrySpans_areKeptToo() {
        Span root =
                tracer().openTelemetry().getTracer("lib").spanBuilder("root").startSpan();
        childOfSpan(root, "child").end();
        root.recordException(new IllegalStateException("x"));
        root.setStatus(StatusCode.ERROR);
        root.end();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "child");
    }

    private Span childOfSpan(Span parent, String name) {
        return tracer().openTelemetry()
                .getTracer("lib")
                .spanBuilder(name)
                .setParent(Context.root().with(parent))
                .startSpan();
    }

    // Bounds

    @Test
    void fullRoom_isGivenUpByTheOldestTrace() {
        fixture.restart(settings -> settings.sampler(Sampler.alwaysOff()).keep(POLICY.within(1000, 4000)));
        TracedBlock oldest = root();
        childOf(oldest, "lost").close();
        TracedBlock youngest = root();
        List<String> waiting = new ArrayList<>();
        while (fixture.kept().evictedSpans() == 0) {
            String name = "waiting-" + waiting.size();
            waiting.add(name);
            childOf(youngest, name).close();
            assertThat(fixture.kept().heldBytes()).isBetween(1L, 4000L);
        }
        oldest.fail("broken").close();
        youngest.fail("broken").close();

        assertThat(fixture.kept()).isEqualTo(new KeptCounts(2, 0, 1, 0, 0));
        assertThat(fixture.names()).contains("root").containsAll(waiting).doesNotContain("lost");
    }

    @Test
    void tooManyTraces_areGivenUpFromTheOldestOn() {
        fixture.restart(settings -> settings.sampler(Sampler.alwaysOff()).keep(POLICY.within(3, 1 << 20)));
        List<TracedBlock> roots = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            roots.add(root());
            childOf(roots.get(i), "child-" + i).close();
        }
        assertThat(fixture.kept().evictedSpans()).isEqualTo(2);
        roots.forEach(root -> root.fail("broken").close());

        assertThat(fixture.names().stream().filter(name -> name.startsWith("child")))
                .containsExactly("child-2", "child-3", "child-4");
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(5, 0, 2, 0, 0));
    }

    @Test
    void spanLargerThanTheRoom_isGivenUpAlone() {
        fixture.restart(settings -> settings.sampler(Sampler.alwaysOff()).keep(POLICY.within(1000, 2000)));
        TracedBlock root = root();
        childOf(root, "small").close();
        childOf(root, "large").attribute("text", "x".repeat(2000)).close();
        root.fail("broken").close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "small");
        assertThat(fixture.kept().evictedSpans()).isEqualTo(1);
    }

    @Test
    void lateChildOfADroppedTrace_takesNoRoomFromTracesThatWait() {
        fixture.restart(settings -> settings.sampler(Sampler.alwaysOff()).keep(POLICY.within(1000, 2000)));
        TracedBlock dropped = root();
        dropped.close();
        TracedBlock waiting = root();
        childOf(waiting, "waits").close();
        childOf(dropped, "late").attribute("text", "x".repeat(700)).close();
        waiting.fail("broken").close();

        assertThat(fixture.names()).containsExactlyInAnyOrder("root", "waits");
        assertThat(fixture.kept().evictedSpans()).isZero();
    }

    @Test
    void longNames_countAsHeldBytes() {
        TracedBlock root = root();
        childOf(root, "x".repeat(100_000)).close();
        assertThat(fixture.kept().heldBytes()).isGreaterThan(200_000);
        root.close();
    }

    // The end

    @Test
    void spansStillUndecidedAtTheEnd_areCounted() {
        DharmaTracer closed = tracer();
        TracedBlock root = root();
        TracedBlock late = childOf(root, "late");
        childOf(root, "first").close();
        childOf(root, "second").close();
        closed.close();
        assertThat(closed.health().kept()).isEqualTo(new KeptCounts(0, 0, 0, 2, 0));

        late.close();
        root.close();
        assertThat(closed.health().kept()).isEqualTo(new KeptCounts(0, 0, 0, 3, 0));
    }

    @Test
    void spanThatEndsAfterItsTraceWasDecided_isNotUndecided() {
        DharmaTracer closed = tracer();
        TracedBlock root = root();
        root.close();
        TracedBlock late = childOf(root, "late");
        closed.close();
        late.close();

        assertThat(closed.health().kept().undecidedSpans()).isZero();
    }

    // Many threads

    /** The room is never overdrawn, not even while it is looked for more. */
    @Test
    void fullRoom_neverHoldsMoreThanItMayOnManyThreads() throws Exception {
        long bound = 20_000;
        fixture.restart(settings -> settings.sampler(Sampler.alwaysOff()).keep(POLICY.within(1000, bound)));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<?>> runs = new ArrayList<>();
        TracedBlock root = root();
        for (int thread = 0; thread < 4; thread++) {
            runs.add(pool.submit(() -> {
                for (int i = 0; i < 2_000; i++) {
                    childOf(root, "child").close();
                }
            }));
        }
        long most = 0;
        while (!runs.stream().allMatch(Future::isDone)) {
            most = Math.max(most, fixture.kept().heldBytes());
        }
        for (Future<?> run : runs) {
            run.get(20, TimeUnit.SECONDS);
        }
        pool.shutdownNow();
        root.close();

        assertThat(most).isBetween(1L, bound);
        assertThat(fixture.kept().evictedSpans()).isPositive();
    }

    @Test
    void tracesThatEndOnManyThreads_areExportedWholeOrNotAtAll() throws Exception {
        int traces = 300;
        int children = 12;
        ExecutorService pool = Executors.newFixedThreadPool(4);
        Set<String> expected = new HashSet<>();
        for (int trace = 0; trace < traces; trace++) {
            TracedBlock root = root();
            boolean failing = trace % 3 == 0;
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < children; i++) {
                TracedBlock child = childOf(root, "child");
                if (failing) {
                    expected.add(child.spanId());
                }
                boolean fails = failing && i == children / 2;
                runs.add(pool.submit(() -> (fails ? child.fail("broken") : child).close()));
            }
            for (Future<?> run : runs) {
                run.get(20, TimeUnit.SECONDS);
            }
            if (failing) {
                expected.add(root.spanId());
            }
            root.close();
        }
        pool.shutdownNow();

        assertThat(fixture.finished().stream().map(SpanData::getSpanId))
                .hasSize(expected.size())
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(fixture.kept()).isEqualTo(new KeptCounts(traces / 3, 0, 0, 0, 0));
    }

    // Random trees against a model

    /** What is known of a trace by what ended so far. */
    private static final class Model {
        final Set<String> waiting = new TreeSet<>();
        final Set<String> exported = new TreeSet<>();
        boolean kept;
        boolean letGo;

        void ended(String spanId, boolean isRoot, boolean failed, boolean slow, boolean isLast) {
            kept |= failed || (isRoot && slow);
            if (kept) {
                exported.addAll(waiting);
                exported.add(spanId);
                waiting.clear();
            } else if (!letGo) {
                waiting.add(spanId);
            }
            if (isLast) {
                letGo = true;
                waiting.clear();
            }
        }
    }

    @Test
    void randomTrees_exportWhatTheModelSays() {
        Set<String> expected = new TreeSet<>();
        for (int seed = 0; seed < 500; seed++) {
            expected.addAll(grow(new Random(seed)));
        }

        assertThat(fixture.finished().stream().map(SpanData::getSpanId).sorted())
                .containsExactlyElementsOf(expected);
        assertThat(fixture.finished()).allMatch(span -> reason(span) != null);
    }

    private Set<String> grow(Random random) {
        Model model = new Model();
        TracedBlock root = root();
        long started = fixture.clock().nanoTime();
        List<TracedBlock> all = new ArrayList<>(List.of(root));
        List<TracedBlock> open = new ArrayList<>(all);
        for (int left = random.nextInt(12); left > 0 || !open.isEmpty(); ) {
            fixture.clock().advance(Duration.ofNanos(random.nextInt(100_000_000)));
            if (left > 0 && random.nextBoolean()) {
                TracedBlock child = childOf(all.get(random.nextInt(all.size())), "child");
                all.add(child);
                open.add(child);
                left--;
            } else if (!open.isEmpty()) {
                TracedBlock ending = open.remove(random.nextInt(open.size()));
                boolean fails = random.nextInt(12) == 0;
                boolean slow = fixture.clock().nanoTime() - started > SLOW.toNanos();
                (fails ? ending.fail("broken") : ending).close();
                model.ended(ending.spanId(), ending == root, fails, slow, open.isEmpty());
            }
        }
        return model.exported;
    }
}
