package io.dharma.tracing.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.ManualClock;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a block to the chain that is read back. */
@ExtendWith(LeakCheck.class)
@Timeout(30)
class ChainRecorderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Pseudonyms PSEUDONYMS = Pseudonyms.perProcess();
    private static final String USER = PSEUDONYMS.of("alice@example.com");

    private final CorrelationContext order = CorrelationContext.builder()
            .correlationId("order-4711")
            .user(PSEUDONYMS, "alice@example.com")
            .build();

    @TempDir
    Path directory;

    private ChainRecorder recorder = ChainRecorder.builder("shop").build();
    private DharmaTracer tracer = DharmaTracer.builder().build();

    private void start(boolean sampled, UnaryOperator<ChainRecorder.Builder> settings) {
        stop();
        recorder = settings.apply(ChainRecorder.builder("shop")).build();
        tracer = DharmaTracer.builder()
                .sampler(sampled ? Sampler.alwaysOn() : Sampler.alwaysOff())
                .correlatedSpans(recorder)
                .build();
    }

    @AfterEach
    void stop() {
        tracer.close();
        recorder.close();
    }

    private RequestChain chain() {
        assertThat(recorder.flush(PATIENCE)).isTrue();
        return recorder.chains().get("order-4711").orElseThrow();
    }

    private long filtered() {
        return recorder.stats().dropped().getOrDefault(DropReason.FILTERED, 0L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void request_isReadBackAsAChainSampledOrNot(boolean sampled) {
        start(sampled, settings -> settings);
        SpanContext message = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getDefault(),
                TraceState.getDefault());

        assertThatThrownBy(() -> Correlation.with(order)
                        .run(() -> tracer.block("POST /orders")
                                .kind(SpanKind.SERVER)
                                .run(serve -> {
                                    tracer.tracedRun("price", price -> {});
                                    tracer.block("charge").link(message).run(charge -> {
                                        throw new IllegalStateException("declined");
                                    });
                                })))
                .hasMessage("declined");

        RequestChain chain = chain();
        ChainHop serve = chain.roots().get(0);
        assertThat(serve.hop().service()).isEqualTo("shop");
        assertThat(serve.hop().operation()).isEqualTo("POST /orders");
        assertThat(serve.hop().kind()).isEqualTo(SpanKind.SERVER);
        assertThat(serve.failed()).isTrue();
        assertThat(serve.children())
                .extracting(child -> child.hop().operation())
                .containsExactly("price", "charge");
        Hop charge = serve.children().get(1).hop();
        assertThat(charge.errorType()).contains("java.lang.IllegalStateException");
        assertThat(charge.links()).containsExactly(new HopId(message.getTraceId(), message.getSpanId()));
        assertThat(serve.children().get(0).failed()).isFalse();
        assertThat(serve.durationNanos()).isPositive();
        assertThat(serve.children()).allMatch(child -> child.hop().nested());
        assertThat(chain.criticalPath().orElseThrow().certainty()).isEqualTo(Certainty.EXACT);
        assertThat(recorder.chains().byService("shop"))
                .extracting(ChainSummary::operation)
                .containsExactly("POST /orders");
        assertThat(recorder.chains().byUser(USER)).hasSize(1);
    }

    /** {@code gather(foo1 then foo3, foo2)}, as in jaegertracing/jaeger-ui#2371; see {@link CriticalPathTest}. */
    @Test
    void asynchronousProgram_isKnownExactlyWhenSomebodySaysWhoWaitedForWhom() {
        start(true, settings -> settings);
        CompletableFuture<String> one = new CompletableFuture<>();
        CompletableFuture<String> two = new CompletableFuture<>();
        CompletableFuture<String> three = new CompletableFuture<>();
        Map<String, HopId> ids = new HashMap<>();

        Correlation.with(order)
                .run(() -> tracer.tracedRun("main", main -> {
                    ids.put("main", idOf(main));
                    tracer.tracedAsync("foo1", block -> begun(block, ids, one));
                    tracer.tracedAsync("foo2", block -> begun(block, ids, two));
                    one.complete("");
                    two.complete("");
                    tracer.tracedAsync("foo3", block -> begun(block, ids, three));
                    three.complete("");
                }));

        RequestChain chain = chain();
        RequestChain known = chain.withWaitEdges(
                List.of(edge(ids, "foo3", "foo1"), edge(ids, "main", "foo2"), edge(ids, "main", "foo3")));
        assertThat(chain.criticalPath().orElseThrow().certainty()).isEqualTo(Certainty.INFERRED);
        CriticalPath path = known.criticalPath().orElseThrow();
        assertThat(path.certainty()).isEqualTo(Certainty.EXACT);
        assertThat(path.hops()).extracting(hop -> hop.hop().operation()).containsExactly("main", "foo3", "foo1");
    }

    private static CompletableFuture<String> begun(
            TracedBlock block, Map<String, HopId> ids, CompletableFuture<String> stage) {
        ids.put(block.name(), idOf(block));
        return stage;
    }

    private static WaitEdge edge(Map<String, HopId> ids, String waiter, String awaited) {
        return new WaitEdge(Objects.requireNonNull(ids.get(waiter)), Objects.requireNonNull(ids.get(awaited)));
    }

    private static HopId idOf(TracedBlock block) {
        return new HopId(block.traceId(), block.spanId());
    }

    @Test
    void names_areRedactedShortenedAndNeverEmpty() {
        start(true, settings -> settings.redaction(name -> name.replace("hunter2", "***")));
        Correlation.with(order).run(() -> {
            tracer.tracedRun("login hunter2", block -> {});
            tracer.tracedRun("", block -> {});
            tracer.tracedRun("x".repeat(255) + "\uD83D\uDE00", block -> block.fail("hunter2"));
        });

        assertThat(chain().hops())
                .extracting(hop -> hop.hop().operation())
                .contains("login ***", "x".repeat(255))
                .allSatisfy(name -> assertThat(name).isNotBlank());
    }

    @Test
    void redactionThatFails_costsTheHopAndIsCounted() {
        start(
                true,
                settings -> settings.redaction(name -> {
                    throw new IllegalStateException("no key");
                }));
        Correlation.with(order).run(() -> tracer.tracedRun("login", block -> {}));

        assertThat(recorder.flush(PATIENCE)).isFalse();
        assertThat(recorder.chains().get("order-4711")).isEmpty();
        assertThat(recorder.stats().dropped()).containsEntry(DropReason.CONVERT_FAILED, 1L);
    }

    @Test
    void chainThatNeverEnds_keepsItsFirstHopsOfEachKind() {
        start(true, settings -> settings.hopsPerMinute(5));
        Correlation.with(order)
                .run(() -> tracer.tracedRun("worker", worker -> {
                    for (int i = 0; i < 20; i++) {
                        tracer.tracedRun("step", step -> {});
                    }
                    for (int i = 0; i < 20; i++) {
                        tracer.tracedRun("failing step", step -> step.fail("declined"));
                    }
                }));

        List<ChainHop> hops = chain().hops();
        assertThat(hops).hasSize(11);
        assertThat(hops).filteredOn(hop -> hop.hop().operation().equals("step")).hasSize(5);
        assertThat(filtered()).isEqualTo(30);
    }

    /** A store outside the process, which may be away. */
    private static final class Outside implements CorrelationStore {

        private final InProcessStore kept = new InProcessStore(100_000, 64 << 20);
        private final AtomicBoolean away = new AtomicBoolean(true);

        @Override
        public String name() {
            return "outside";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<CorrelatedHop> batch) {
            return away.get() ? CompletableFuture.completedFuture(Delivery.retry("away")) : kept.deliver(batch);
        }

        @Override
        public CompletionStage<List<Hop>> hops(String correlationId) {
            return kept.hops(correlationId);
        }

        @Override
        public CompletionStage<List<ChainSummary>> find(ChainQuery query) {
            return kept.find(query);
        }

        @Override
        public CompletionStage<Integer> erase(String userKey) {
            return kept.erase(userKey);
        }
    }

    @Test
    void outageOfAStore_costsNothingWithASpoolNorDoesARestart() {
        Outside outside = new Outside();
        UnaryOperator<ChainRecorder.Builder> small = settings -> settings.local(new InProcessStore(1, 1))
                .maxQueueBytes(512 << 10)
                .hopsPerMinute(100_000);
        try (Spool<CorrelatedHop> spool = ChainRecorder.spool(directory).build()) {
            start(true, settings -> small.apply(settings).store(outside).journal(spool));
            for (int i = 0; i < 20; i++) {
                record(100);
                assertThat(recorder.flush(Duration.ofMillis(1))).isFalse();
            }
            stop();
        }
        outside.away.set(false);
        try (Spool<CorrelatedHop> spool = ChainRecorder.spool(directory).build()) {
            start(true, settings -> small.apply(settings).store(outside).journal(spool));
            record(10);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(chain().hops()).hasSize(2_010));
            stop();
        }
    }

    private void record(int hops) {
        Correlation.with(order).run(() -> {
            for (int i = 0; i < hops; i++) {
                tracer.tracedRun("step", step -> {});
            }
        });
        // What is offered is written down by one thread, which may not have had its turn.
        await().atMost(PATIENCE).until(() -> recorder.stats().queuedRecords() == 0);
    }

    @Test
    void hopsOfAStoreThatIsAway_makeAnErasureIncomplete() {
        Outside outside = new Outside();
        start(true, settings -> settings.store(outside).patience(Duration.ofMillis(50)));
        record(1);

        assertThat(recorder.chains().erase(USER)).isEqualTo(new Erasure(1, List.of("outside")));
        outside.away.set(false);
        assertThat(recorder.flush(PATIENCE)).isTrue();
        assertThat(recorder.chains().erase(USER)).isEqualTo(new Erasure(1, List.of()));
    }

    @Test
    void userWhoIsKnownOnlyInside_isThatOfTheEntryToo() {
        start(true, settings -> settings);
        CorrelationContext anonymous =
                CorrelationContext.builder().correlationId("order-4711").build();
        Correlation.with(anonymous)
                .run(() -> tracer.tracedRun(
                        "serve",
                        serve -> Correlation.with(anonymous.withUser(PSEUDONYMS, "alice@example.com"))
                                .run(() -> tracer.tracedRun("authenticated", block -> {}))));
        assertThat(recorder.flush(PATIENCE)).isTrue();

        assertThat(recorder.chains().byUser(USER))
                .extracting(ChainSummary::operation)
                .containsExactly("serve");
    }

    @Test
    void budgetOfAChain_isRenewedEveryMinute() {
        ManualClock clock = ManualClock.create();
        start(true, settings -> settings.hopsPerMinute(5).clock(clock));
        record(10);
        assertThat(chain().hops()).hasSize(5);
        clock.advance(Duration.ofMinutes(1));
        record(10);

        assertThat(filtered()).isEqualTo(10);
    }

    @Test
    void typesOfErrors_areRedactedToo() {
        start(true, settings -> settings.redaction(name -> name.replace("hunter2", "***")));
        Correlation.with(order)
                .run(() -> tracer.tracedRun("login", block -> {
                    block.attribute("error.type", "hunter2");
                    block.fail("no");
                }));

        assertThat(chain().hops().get(0).hop().errorType()).contains("***");
    }

    @Test
    void spansWithoutCorrelation_areNoHops() {
        start(true, settings -> settings);
        tracer.tracedRun("startup", block -> {});

        assertThat(recorder.flush(PATIENCE)).isTrue();
        assertThat(recorder.stats().offered()).isZero();
    }

    @Test
    void erasure_reachesHopsThatAreStillUnderWay() {
        start(true, settings -> settings);
        Correlation.with(order).run(() -> tracer.tracedRun("block", block -> {}));

        assertThat(recorder.chains().erase(USER)).isEqualTo(new Erasure(1, List.of()));
        assertThat(recorder.chains().get("order-4711")).isEmpty();
    }

    @Test
    void afterTheClose_questionsAreAnsweredAndHopsAreCounted() {
        start(true, settings -> settings);
        Correlation.with(order).run(() -> tracer.tracedRun("block", block -> {}));
        recorder.close();
        Correlation.with(order).run(() -> tracer.tracedRun("late", block -> {}));

        assertThat(recorder.chains().get("order-4711").orElseThrow().hops()).hasSize(1);
        assertThat(recorder.stats().dropped()).containsEntry(DropReason.CLOSED, 1L);
    }

    @Test
    void settingsThatAreNone_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ChainRecorder.builder(""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainRecorder.builder("shop").hopsPerMinute(0))
                .withMessage("hopsPerMinute must be at least 1, but is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChainRecorder.builder("shop")
                        .store(new InProcessStore())
                        .store(new InProcessStore())
                        .build());
    }
}
