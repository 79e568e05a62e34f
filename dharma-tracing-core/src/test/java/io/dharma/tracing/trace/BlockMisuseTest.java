package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks closed twice, never, elsewhere or out of order: the thread's context comes right, and the counts are exact. */
class BlockMisuseTest {

    private static final ContextKey<Integer> FOREIGN = ContextKey.named("foreign");

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.create();

    private DharmaTracer tracer() {
        return fixture.tracer();
    }

    private void assertNextBlockIsARoot() {
        try (TracedBlock next = tracer().start("next")) {
            assertThat(tracer().current()).isSameAs(next);
        }
        assertThat(fixture.span("next").getParentSpanContext().isValid()).isFalse();
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void closeTwice_isCounted() {
        TracedBlock block = tracer().start("twice");
        block.close();
        block.close();
        block.close();

        assertThat(fixture.finished()).hasSize(1);
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(1, 1, 2, 0, 0, 0));
    }

    static Stream<List<Integer>> orders() {
        return Stream.of(
                List.of(0, 1, 2),
                List.of(0, 2, 1),
                List.of(1, 0, 2),
                List.of(1, 2, 0),
                List.of(2, 0, 1),
                List.of(2, 1, 0));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void closeInAnyOrder_leavesTheRightContextAndExactCounts(List<Integer> order) {
        List<TracedBlock> blocks = List.of(tracer().start("0"), tracer().start("1"), tracer().start("2"));
        int innermostAttached = 2;
        int outOfOrder = 0;
        int abandoned = 0;
        Set<Integer> closed = new HashSet<>();
        for (int closing : order) {
            blocks.get(closing).close();
            closed.add(closing);
            outOfOrder += closing > innermostAttached ? 1 : 0;
            for (int taken = closing + 1; taken <= innermostAttached; taken++) {
                abandoned += closed.contains(taken) ? 0 : 1;
            }
            innermostAttached = Math.min(innermostAttached, closing - 1);
            BlockCounts counts = fixture.counts();
            assertThat(counts.closedOutOfOrder()).isEqualTo(outOfOrder);
            assertThat(counts.leftOpen()).isEqualTo(abandoned - outOfOrder);
            Context expected = innermostAttached < 0
                    ? Context.root()
                    : blocks.get(innermostAttached).context();
            assertThat(Context.current()).isSameAs(expected);
            try (TracedBlock probe = tracer().start("probe")) {
                assertThat(probe.traceId().equals(blocks.get(0).traceId())).isEqualTo(innermostAttached >= 0);
            }
            assertThat(Context.current()).isSameAs(expected);
        }

        assertThat(fixture.counts()).isEqualTo(new BlockCounts(6, 6, 0, 0, outOfOrder, 0));
        assertNextBlockIsARoot();
    }

    @Test
    void leakedInnerBlocks_areTakenOffWithTheirOuterBlock() {
        TracedBlock outer = tracer().start("outer");
        tracer().start("leaked 1");
        tracer().start("leaked 2");
        outer.close();

        assertThat(Context.current()).isSameAs(Context.root());
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(3, 1, 0, 0, 0, 2));
        assertNextBlockIsARoot();
        fixture.expectOpenBlocks(2);
    }

    @Test
    void leakedInnerBlockClosedElsewhere_isNoLongerLeftOpen() throws Exception {
        TracedBlock outer = tracer().start("outer");
        TracedBlock leaked = tracer().start("leaked");
        outer.close();
        assertThat(fixture.counts().leftOpen()).isEqualTo(1);

        fixture.elsewhere(() -> {
            leaked.close();
            return null;
        });

        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 1, 1, 0));
    }

    @Test
    void rootLeakedOnAPooledThread_isTakenOffOnceItWasClosedElsewhere() throws Exception {
        TracedBlock leaked = fixture.elsewhere(() -> tracer().start("leaked"));
        leaked.close();
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(1, 1, 0, 1, 0, 0));

        fixture.elsewhere(() -> {
            assertNextBlockIsARoot();
            return null;
        });
    }

    @Test
    void blockClosedElsewhere_isNotTheParentOfALibrarysSpan() throws Exception {
        TracedBlock leaked = fixture.elsewhere(() -> tracer().start("leaked"));
        leaked.close();

        fixture.elsewhere(() -> {
            assertThat(tracer().current()).isSameAs(TracedBlock.NOOP);
            tracer().openTelemetry()
                    .getTracer("library")
                    .spanBuilder("library call")
                    .startSpan()
                    .end();
            return null;
        });

        assertThat(fixture.span("library call").getParentSpanContext().isValid())
                .isFalse();
    }

    @Test
    void nestedBlocksClosedElsewhere_uncoverWhatIsStillOpen() throws Exception {
        List<TracedBlock> leaked =
                fixture.elsewhere(() -> List.of(tracer().start("a"), tracer().start("b"), tracer().start("c")));
        leaked.get(1).close();
        leaked.get(2).close();

        String parent = fixture.elsewhere(() -> {
            try (TracedBlock block = tracer().start("child of a")) {
                return block.traceId();
            }
        });

        assertThat(parent).isEqualTo(leaked.get(0).traceId());
        assertThat(fixture.span("child of a").getParentSpanId())
                .isEqualTo(leaked.get(0).spanId());
        fixture.elsewhere(() -> {
            leaked.get(0).close();
            assertThat(Context.current()).isSameAs(Context.root());
            return null;
        });
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(4, 4, 0, 2, 0, 0));
    }

    @Test
    void detachedBlock_mayEndOnAnyThread() throws Exception {
        TracedBlock block = tracer().block("detached").startDetached();
        assertThat(Context.current()).isSameAs(Context.root());

        fixture.elsewhere(() -> {
            try (Scope scope = block.makeCurrent()) {
                assertThat(tracer().current()).isSameAs(block);
                tracer().start("inner").close();
            }
            block.close();
            assertThat(Context.current()).isSameAs(Context.root());
            return null;
        });

        assertThat(fixture.span("inner").getParentSpanId()).isEqualTo(block.spanId());
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 0, 0, 0));
    }

    @Test
    void detachedBlockClosedInsideItsScope_isGoneWithTheScope() {
        TracedBlock block = tracer().block("detached").startDetached();
        try (Scope scope = block.makeCurrent()) {
            block.close();
        }

        assertThat(fixture.counts()).isEqualTo(new BlockCounts(1, 1, 0, 0, 0, 0));
        assertNextBlockIsARoot();
    }

    @Test
    void blockMadeCurrentAgainInsideAnother_isTakenOffOnce() {
        TracedBlock outer = tracer().start("outer");
        TracedBlock inner = tracer().start("inner");
        try (Scope again = outer.makeCurrent()) {
            assertThat(tracer().current()).isSameAs(outer);
            outer.close();
        }
        inner.close();

        assertThat(Context.current()).isSameAs(Context.root());
        assertNextBlockIsARoot();
    }

    @Test
    void foreignScopeOverABlock_isNotClosedByIt() {
        TracedBlock block = tracer().start("covered");
        Context foreign = Context.current().with(FOREIGN, 1);
        try (Scope scope = foreign.makeCurrent()) {
            block.close();
            assertThat(Context.current()).isSameAs(foreign);
        }

        assertNextBlockIsARoot();
    }

    @Test
    void foreignScopeLeftOpenByABody_doesNotKeepTheBlockOnTheThread() {
        Scope[] left = new Scope[1];
        tracer().tracedRun("body", block -> left[0] = foreignScope(1));
        left[0].close();

        assertNextBlockIsARoot();
    }

    @Test
    void foreignScopeLeftOpenByAnAsynchronousBody_doesNotKeepTheBlockOnTheThread() {
        Scope[] left = new Scope[1];
        CompletableFuture<String> stage = new CompletableFuture<>();
        tracer().tracedAsync("body", block -> {
            left[0] = foreignScope(1);
            return stage;
        });
        left[0].close();

        assertNextBlockIsARoot();
        stage.complete("done");
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 0, 0, 0));
    }

    @SuppressWarnings("MustBeClosedChecker") // that it is not closed here is what these tests are about
    private static Scope foreignScope(int value) {
        return Context.current().with(FOREIGN, value).makeCurrent();
    }

    // Random sequences against a model of the thread's contexts

    /** One thing on the thread: a block, or somebody else's scope. */
    private static final class Entry {
        final @Nullable TracedBlock block;
        final @Nullable Scope foreign;
        final Context context;
        boolean over;

        Entry(TracedBlock block) {
            this.block = block;
            this.foreign = null;
            this.context = block.context();
        }

        Entry(Scope foreign) {
            this.block = null;
            this.foreign = foreign;
            this.context = Context.current();
        }
    }

    private static final class Model {
        final Deque<Entry> stack = new ArrayDeque<>();
        final Set<TracedBlock> abandoned = new HashSet<>();
        long started;
        long ended;
        long outOfOrder;

        Context current() {
            return stack.isEmpty() ? Context.root() : stack.peek().context;
        }

        void dropOver() {
            while (!stack.isEmpty() && stack.peek().over) {
                stack.pop();
            }
        }

        void close(Entry closing) {
            ended++;
            closing.over = true;
            TracedBlock block = closing.block;
            if (block != null && abandoned.remove(block)) {
                outOfOrder++;
            }
            if (!stack.contains(closing)) {
                return;
            }
            while (stack.peek() != closing && stack.peek().foreign == null) {
                Entry inner = stack.pop();
                if (!inner.over && inner.block != null) {
                    abandoned.add(inner.block);
                }
            }
            if (stack.peek() == closing) {
                stack.pop();
                dropOver();
            }
        }
    }

    @Test
    void randomSequences_neverLoseTheContext() {
        for (int seed = 0; seed < 400; seed++) {
            fixtureModelRun(new Random(seed));
        }
    }

    private void fixtureModelRun(Random random) {
        BlockCounts before = fixture.counts();
        Model model = new Model();
        List<Entry> open = new ArrayList<>();
        for (int step = 0; step < 30 || !open.isEmpty() || !model.stack.isEmpty(); step++) {
            Entry top = model.stack.peek();
            int choice = random.nextInt(step < 30 ? 4 : 2);
            if (choice >= 2 && random.nextBoolean()) {
                model.stack.push(new Entry(foreignScope(step)));
            } else if (choice >= 2) {
                model.dropOver();
                Context parent = model.current();
                TracedBlock block = tracer().start("block");
                model.started++;
                assertThat(block.traceId()
                                .equals(Span.fromContext(parent)
                                        .getSpanContext()
                                        .getTraceId()))
                        .isEqualTo(Span.fromContext(parent).getSpanContext().isValid());
                Entry entry = new Entry(block);
                model.stack.push(entry);
                open.add(entry);
            } else if (choice == 1 && top != null && top.foreign != null) {
                top.foreign.close();
                model.stack.pop();
            } else if (!open.isEmpty()) {
                Entry closing = open.remove(random.nextInt(open.size()));
                if (closing.block != null) {
                    closing.block.close();
                }
                model.close(closing);
            } else if (top != null && top.foreign == null) {
                // All are closed, some were covered: the next block finds them.
                tracer().start("next").close();
                model.started++;
                model.ended++;
                model.dropOver();
            }
            assertThat(Context.current()).isSameAs(model.current());
        }
        BlockCounts after = fixture.counts();
        assertThat(after.started() - before.started()).isEqualTo(model.started);
        assertThat(after.ended() - before.ended()).isEqualTo(model.ended);
        assertThat(after.closedOutOfOrder() - before.closedOutOfOrder()).isEqualTo(model.outOfOrder);
        assertThat(after.leftOpen()).isZero();
        assertThat(after.closedElsewhere()).isZero();
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void blocksClosedByWhomever_areCountedExactlyByManyThreads() throws Exception {
        int threads = 4;
        int rounds = 500;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> runs = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            runs.add(pool.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    TracedBlock a = tracer().start("a");
                    TracedBlock b = tracer().start("b");
                    TracedBlock c = tracer().start("c");
                    b.close();
                    a.close();
                    c.close();
                    c.close();
                    assertThat(Context.current()).isSameAs(Context.root());
                }
            }));
        }
        for (Future<?> run : runs) {
            run.get(20, TimeUnit.SECONDS);
        }
        pool.shutdownNow();

        long all = (long) threads * rounds;
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(3 * all, 3 * all, all, 0, all, 0));
    }

    @Test
    void stackOverflowInsideBlocks_leavesThreadAndDeliveryUsable() throws Exception {
        for (int attempt = 0; attempt < 200; attempt++) {
            // So that the stack ends at as many different places of the library as possible.
            int shift = attempt % 40;
            long stackBytes = (192L + 4L * (attempt / 40)) * 1024;
            Context[] after = new Context[1];
            Throwable[] caught = new Throwable[1];
            Thread shortOfStack = new Thread(null, () -> overflow(shift, after, caught), "short-of-stack", stackBytes);
            shortOfStack.start();
            shortOfStack.join();

            assertThat(caught[0]).isInstanceOf(StackOverflowError.class);
            assertThat(after[0]).as("attempt " + attempt).isSameAs(Context.root());
        }
        // A block whose closing overflowed may not have been able to end.
        fixture.expectOpenBlocks(fixture.counts().open());
        tracer().start("afterwards").close();
        Awaitility.await()
                .untilAsserted(() -> assertThat(fixture.delivered())
                        .extracting(SpanData::getName)
                        .contains("afterwards"));
    }

    private void overflow(int shift, Context[] after, Throwable[] caught) {
        try {
            shifted(shift);
        } catch (StackOverflowError e) {
            caught[0] = e;
        }
        after[0] = Context.current();
    }

    /** Takes up a little more of the stack. */
    private int shifted(int shift) {
        return shift == 0 ? recurse(0) : shifted(shift - 1) + 1;
    }

    private int recurse(int depth) {
        return tracer().traced("recurse", block -> recurse(depth + 1) + 1);
    }
}
