package io.dharma.tracing.trace;

import static io.dharma.tracing.trace.Given.nothing;
import static io.opentelemetry.api.common.AttributeKey.booleanArrayKey;
import static io.opentelemetry.api.common.AttributeKey.doubleArrayKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longArrayKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static io.opentelemetry.api.common.AttributeKey.valueKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TracedBlockTest {

    private static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
    private static final SpanContext REMOTE = SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.builder().put("vendor", "opaque").build());

    @RegisterExtension
    final TracerFixture fixture =
            TracerFixture.withManualClock(settings -> settings.propagator(W3CTraceContextPropagator.getInstance()));

    private DharmaTracer tracer() {
        return fixture.tracer();
    }

    // Forms

    @Test
    void traced_returnsTheBodysValue() {
        String value = tracer().traced("load", block -> "order " + block.name());

        assertThat(value).isEqualTo("order load");
        assertThat(fixture.span("load").getStatus()).isEqualTo(StatusData.unset());
    }

    @Test
    void traced_returnsNullWhenTheBodyDoes() {
        @Nullable String value = tracer().traced("load", block -> nothing());

        assertThat(value).isNull();
    }

    @Test
    void traced_makesTheBlockCurrentForTheBodyOnly() {
        tracer().tracedRun("work", block -> {
            assertThat(Span.current()).isSameAs(block.span());
            assertThat(tracer().current()).isSameAs(block);
            assertThat(Context.current()).isSameAs(block.context());
        });

        assertThat(Context.current()).isSameAs(Context.root());
        assertThat(tracer().current()).isSameAs(TracedBlock.NOOP);
    }

    /** That these three compile is half of the test. */
    @Test
    void traced_passesCheckedExceptionsThroughGenerically() {
        assertThatThrownBy(this::throwsWhatItDeclares).isExactlyInstanceOf(IOException.class);
        assertThatThrownBy(this::runsWhatItDeclares).isExactlyInstanceOf(InterruptedException.class);
        assertThat(declaresNothing()).isEqualTo(3);
    }

    private String throwsWhatItDeclares() throws IOException {
        return tracer().traced("read", block -> {
            throw new IOException("gone");
        });
    }

    private void runsWhatItDeclares() throws InterruptedException {
        tracer().block("wait").run(block -> {
            throw new InterruptedException();
        });
    }

    private int declaresNothing() {
        return tracer().block("count").call(block -> 3);
    }

    @Test
    void traced_rethrowsTheVeryThrowable() {
        for (Throwable original : List.of(
                new IOException("a"), new IllegalStateException("b"), new AssertionError("c"), new Throwable())) {
            Throwable caught = catchThrowable(() -> tracer().traced("fails", block -> {
                throw original;
            }));

            assertThat(caught).isSameAs(original);
            assertThat(caught.getSuppressed()).isEmpty();
        }
    }

    @Test
    void traced_recordsAThrowableOnceThoughItCrossesManyBlocks() {
        IllegalStateException original = new IllegalStateException("stock is empty");

        Throwable caught = catchThrowable(() -> nested(20, original));

        assertThat(caught).isSameAs(original);
        List<SpanData> spans = fixture.finished();
        assertThat(spans).hasSize(20).allSatisfy(span -> {
            assertThat(span.getStatus()).isEqualTo(StatusData.create(StatusCode.ERROR, "stock is empty"));
            assertThat(span.getAttributes().get(ERROR_TYPE)).isEqualTo("java.lang.IllegalStateException");
        });
        assertThat(spans.stream().filter(span -> !span.getEvents().isEmpty()).map(SpanData::getName))
                .containsExactly("level-1");
        EventData event = fixture.span("level-1").getEvents().get(0);
        assertThat(event.getName()).isEqualTo("exception");
        assertThat(event.getAttributes().get(stringKey("exception.type"))).isEqualTo("java.lang.IllegalStateException");
        assertThat(event.getAttributes().get(stringKey("exception.message"))).isEqualTo("stock is empty");
        assertThat(event.getAttributes().get(stringKey("exception.stacktrace")))
                .startsWith("java.lang.IllegalStateException: stock is empty\n\tat ");
    }

    private void nested(int depth, RuntimeException failure) {
        tracer().tracedRun("level-" + depth, block -> {
            if (depth == 1) {
                throw failure;
            }
            nested(depth - 1, failure);
        });
    }

    @Test
    void traced_recordsAWrapperBesideItsCause() {
        assertThatThrownBy(() -> tracer().tracedRun("outer", outer -> {
                    try {
                        tracer().tracedRun("inner", inner -> {
                            throw new IOException("disk");
                        });
                    } catch (IOException e) {
                        throw new IllegalStateException("save", e);
                    }
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(fixture.span("inner").getEvents()).hasSize(1);
        assertThat(fixture.span("outer").getEvents()).hasSize(1);
        assertThat(fixture.span("outer").getAttributes().get(ERROR_TYPE)).isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void traced_leavesTheBlocksAroundAHandledExceptionAlone() {
        tracer().tracedRun("outer", outer -> {
            try {
                tracer().tracedRun("inner", inner -> {
                    throw new IOException("disk");
                });
            } catch (IOException handled) {
                outer.event("fell back");
            }
        });

        assertThat(fixture.span("outer").getStatus()).isEqualTo(StatusData.unset());
        assertThat(fixture.span("inner").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @Test
    void traced_failsTheBlockOfABodyThatIsNull() {
        TracedCall<String, RuntimeException> none = nothing();

        assertThatThrownBy(() -> tracer().traced("null body", none)).isInstanceOf(NullPointerException.class);

        assertThat(fixture.span("null body").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void tryWithResources_keepsTheBlockCurrentUntilItIsClosed() {
        try (TracedBlock block = tracer().start("charge-card")) {
            assertThat(tracer().current()).isSameAs(block);
            assertThat(block.isRecording()).isTrue();
        }

        SpanData span = fixture.span("charge-card");
        assertThat(span.hasEnded()).isTrue();
        assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(span.getParentSpanContext().isValid()).isFalse();
    }

    @Test
    void failWithThrowable_recordsItAndMarksTheBlock() {
        IOException failure = new IOException("refused");
        try (TracedBlock block = tracer().start("call")) {
            block.fail(failure).fail(failure);
        }

        SpanData span = fixture.span("call");
        assertThat(span.getStatus()).isEqualTo(StatusData.create(StatusCode.ERROR, "refused"));
        assertThat(span.getAttributes().get(ERROR_TYPE)).isEqualTo("java.io.IOException");
        assertThat(span.getEvents()).hasSize(1);
    }

    @Test
    void failWithDescription_marksTheBlockWithoutAnEvent() {
        try (TracedBlock block = tracer().start("call")) {
            block.fail("answer was empty");
        }

        SpanData span = fixture.span("call");
        assertThat(span.getStatus()).isEqualTo(StatusData.create(StatusCode.ERROR, "answer was empty"));
        assertThat(span.getEvents()).isEmpty();
    }

    @Test
    void failWithNull_stillMarksTheBlock() {
        Throwable noThrowable = nothing();
        String noText = nothing();
        try (TracedBlock outer = tracer().start("no throwable");
                TracedBlock inner = tracer().start("no text")) {
            outer.fail(noThrowable);
            inner.fail(noText);
        }

        assertThat(fixture.finished())
                .hasSize(2)
                .allSatisfy(span -> assertThat(span.getStatus()).isEqualTo(StatusData.error()));
    }

    @Test
    void failAfterTheEnd_doesNotHideTheThrowableFromTheBlockAround() {
        IOException failure = new IOException("late");
        try (TracedBlock outer = tracer().start("outer")) {
            TracedBlock inner = tracer().start("inner");
            inner.close();
            inner.fail(failure);
            outer.fail(failure);
        }

        assertThat(fixture.span("inner").getStatus()).isEqualTo(StatusData.unset());
        assertThat(fixture.span("outer").getEvents()).hasSize(1);
    }

    // Attributes

    @Test
    void attributes_keepTheirTypes() {
        try (TracedBlock block = tracer().start("typed")) {
            block.attribute("text", "a")
                    .attribute("long", 1L)
                    .attribute("int", 2)
                    .attribute("double", 1.5)
                    .attribute("boolean", true)
                    .attribute(stringArrayKey("texts"), List.of("a", "b"))
                    .attribute(longArrayKey("longs"), List.of(1L, 2L))
                    .attribute(doubleArrayKey("doubles"), List.of(1.5, 2.5))
                    .attribute(booleanArrayKey("booleans"), List.of(true, false))
                    .attribute(valueKey("bytes"), Value.of(new byte[] {1, 2}))
                    .attributes(Attributes.of(stringKey("one"), "1", longKey("two"), 2L));
        }

        assertThat(fixture.span("typed").getAttributes().asMap())
                .isEqualTo(Attributes.builder()
                        .put("text", "a")
                        .put("long", 1L)
                        .put("int", 2L)
                        .put("double", 1.5)
                        .put("boolean", true)
                        .put("texts", "a", "b")
                        .put("longs", 1L, 2L)
                        .put("doubles", 1.5, 2.5)
                        .put("booleans", true, false)
                        .put(valueKey("bytes"), Value.of(new byte[] {1, 2}))
                        .put("one", "1")
                        .put("two", 2L)
                        .build()
                        .asMap());
        assertThat(fixture.span("typed").getTotalAttributeCount()).isEqualTo(12);
    }

    @Test
    void nulls_doNothingAnywhere() {
        TracedBlockBuilder builder = tracer().block(nothing())
                .kind(nothing())
                .attribute((String) nothing(), (String) nothing())
                .attribute("key", (String) nothing())
                .attribute((String) nothing(), 1)
                .attribute((String) nothing(), 1.5)
                .attribute((String) nothing(), true)
                .attribute(stringKey("key"), nothing())
                .attribute(Given.<AttributeKey<String>>nothing(), "value")
                .attributes(nothing())
                .link(nothing())
                .link(REMOTE, nothing())
                .parent(nothing())
                .startedAt(nothing());
        try (TracedBlock block = builder.start()) {
            block.attribute((String) nothing(), (String) nothing())
                    .attribute("key", (String) nothing())
                    .attribute((String) nothing(), 1)
                    .attribute((String) nothing(), 1.5)
                    .attribute((String) nothing(), true)
                    .attribute(stringKey("key"), nothing())
                    .attribute(Given.<AttributeKey<String>>nothing(), "value")
                    .attributes(nothing())
                    .event(nothing())
                    .event("event", nothing())
                    .link(nothing())
                    .link(REMOTE, nothing())
                    .rename(nothing());
        }

        SpanData span = fixture.span("unnamed");
        assertThat(span.getAttributes().isEmpty()).isTrue();
        assertThat(span.getTotalAttributeCount()).isZero();
        assertThat(span.getEvents())
                .singleElement()
                .extracting(EventData::getName)
                .isEqualTo("event");
        assertThat(span.getLinks()).hasSize(2);
    }

    @Test
    void attribute_lastValueWinsWhateverItsType() {
        try (TracedBlock block =
                tracer().block("order").attribute("id", "first").start()) {
            block.attribute("id", 2).attribute("id", true).attribute(doubleKey("id"), 4.5);
        }

        SpanData span = fixture.span("order");
        assertThat(span.getAttributes().asMap()).isEqualTo(Map.of(doubleKey("id"), 4.5));
        assertThat(span.getTotalAttributeCount()).isEqualTo(1);
    }

    @Test
    void attributeList_isCopied() {
        List<String> list = new ArrayList<>(List.of("a"));
        try (TracedBlock block = tracer().start("list")) {
            block.attribute(stringArrayKey("list"), list);
            list.add("b");
        }
        list.clear();

        assertThat(fixture.span("list").getAttributes().get(stringArrayKey("list")))
                .containsExactly("a");
    }

    @Test
    void attributes_areLimitedTo128AndTheRestIsCounted() {
        try (TracedBlock block = tracer().start("many")) {
            for (int i = 0; i < 200; i++) {
                block.attribute("key-" + i, i);
            }
            block.attribute("key-0", "replaced");
        }

        SpanData span = fixture.span("many");
        assertThat(span.getAttributes().size()).isEqualTo(128);
        assertThat(span.getTotalAttributeCount()).isEqualTo(200);
        assertThat(span.getAttributes().get(stringKey("key-0"))).isEqualTo("replaced");
    }

    @Test
    void text_isLimitedTo4096CharactersEverywhere() {
        String tooLong = "x".repeat(5000);
        try (TracedBlock block = tracer().start("long")) {
            block.attribute("text", tooLong)
                    .attribute(stringArrayKey("list"), List.of(tooLong, "short"))
                    .attribute(valueKey("value"), Value.of(Value.of(tooLong), Value.of(new byte[5000])))
                    .event("event", Attributes.of(stringKey("text"), tooLong));
        }

        SpanData span = fixture.span("long");
        String kept = "x".repeat(4096);
        assertThat(span.getAttributes().get(stringKey("text"))).isEqualTo(kept);
        assertThat(span.getAttributes().get(stringArrayKey("list"))).containsExactly(kept, "short");
        assertThat(span.getAttributes().get(valueKey("value")))
                .isEqualTo(Value.of(Value.of(kept), Value.of(new byte[4096])));
        assertThat(span.getEvents().get(0).getAttributes().get(stringKey("text")))
                .isEqualTo(kept);
    }

    @Test
    void text_isNeverCutInsideASurrogatePair() {
        String cutInPair = "x".repeat(4095) + "\uD83D\uDE00" + "y";
        try (TracedBlock block = tracer().start("emoji")) {
            block.attribute("text", cutInPair)
                    .attribute(valueKey("value"), Value.of(cutInPair))
                    .fail(new IllegalStateException(cutInPair));
        }

        SpanData span = fixture.span("emoji");
        String kept = "x".repeat(4095);
        assertThat(span.getAttributes().get(stringKey("text"))).isEqualTo(kept);
        assertThat(span.getAttributes().get(valueKey("value"))).isEqualTo(Value.of(kept));
        assertThat(span.getStatus().getDescription()).isEqualTo(kept);
        assertThat(span.getEvents().get(0).getAttributes().get(stringKey("exception.message")))
                .isEqualTo(kept);
    }

    // Events, links, kind, name, time

    @Test
    void event_hasItsTimeAndDetails() {
        try (TracedBlock block = tracer().start("work")) {
            fixture.clock().advance(Duration.ofMillis(5));
            block.event("cache miss").event("retry", Attributes.of(longKey("attempt"), 2L));
        }

        SpanData span = fixture.span("work");
        assertThat(span.getEvents()).extracting(EventData::getName).containsExactly("cache miss", "retry");
        assertThat(span.getEvents()).allMatch(event -> event.getEpochNanos() == span.getStartEpochNanos() + 5_000_000);
        assertThat(span.getEvents().get(1).getAttributes().get(longKey("attempt")))
                .isEqualTo(2);
    }

    @Test
    void events_areLimitedTo128AndTheRestIsCounted() {
        try (TracedBlock block = tracer().start("work")) {
            for (int i = 0; i < 130; i++) {
                block.event("event");
            }
        }

        assertThat(fixture.span("work").getEvents()).hasSize(128);
        assertThat(fixture.span("work").getTotalRecordedEvents()).isEqualTo(130);
    }

    @Test
    void link_namesAnotherSpanBeforeAndAfterTheStart() {
        try (TracedBlock block = tracer().block("batch").link(REMOTE).start()) {
            block.link(REMOTE, Attributes.of(stringKey("queue"), "orders")).link(SpanContext.getInvalid());
        }

        SpanData span = fixture.span("batch");
        assertThat(span.getLinks())
                .hasSize(2)
                .allMatch(link -> link.getSpanContext().equals(REMOTE));
        assertThat(span.getLinks().get(1).getAttributes().get(stringKey("queue")))
                .isEqualTo("orders");
        assertThat(span.getTotalRecordedLinks()).isEqualTo(2);
    }

    @Test
    void kind_isWhatTheBuilderWasTold() {
        for (SpanKind kind : SpanKind.values()) {
            tracer().block(kind.name()).kind(kind).start().close();
            assertThat(fixture.span(kind.name()).getKind()).isEqualTo(kind);
        }
    }

    @Test
    void rename_changesTheSpansNameAndNotTheBlocks() {
        try (TracedBlock block = tracer().start("GET")) {
            block.rename("GET /orders/{id}");
            assertThat(block.name()).isEqualTo("GET");
        }

        assertThat(fixture.names()).containsExactly("GET /orders/{id}");
    }

    @Test
    void blankName_countsAsUnnamed() {
        tracer().start(" ").close();

        assertThat(fixture.names()).containsExactly("unnamed");
    }

    @Test
    void duration_isWhatTheClockSays() {
        long started = fixture.clock().now();
        try (TracedBlock block = tracer().start("work")) {
            assertThat(block.isRecording()).isTrue();
            fixture.clock().advance(Duration.ofMillis(1500));
        }

        SpanData span = fixture.span("work");
        assertThat(span.getStartEpochNanos()).isEqualTo(started);
        assertThat(span.getEndEpochNanos()).isEqualTo(started + 1_500_000_000L);
    }

    @Test
    void wallClockStep_doesNotReorderATrace() {
        try (TracedBlock outer = tracer().start("outer")) {
            fixture.clock().advance(Duration.ofSeconds(3));
            fixture.clock().jump(Duration.ofHours(-1));
            tracer().start("inner").close();
            assertThat(outer.isRecording()).isTrue();
        }

        assertThat(fixture.span("inner").getStartEpochNanos())
                .isEqualTo(fixture.span("outer").getStartEpochNanos() + 3_000_000_000L);
    }

    @Test
    void startedAt_setsWhenTheWorkBegan() {
        long now = fixture.clock().now();
        Instant earlier = Instant.ofEpochSecond(0, now - 7_000_000_123L);
        tracer().block("late").startedAt(earlier).start().close();

        SpanData span = fixture.span("late");
        assertThat(span.getStartEpochNanos()).isEqualTo(now - 7_000_000_123L);
        assertThat(span.getEndEpochNanos()).isEqualTo(now);
    }

    @Test
    void startedAt_outOfTheRangeOfNanosecondsIsTheNearestThatIsIn() {
        tracer().block("max").startedAt(Instant.MAX).start().close();
        tracer().block("min").startedAt(Instant.MIN).start().close();
        tracer().block("edge")
                .startedAt(Instant.ofEpochSecond(Long.MAX_VALUE / 1_000_000_000, 999_999_999))
                .start()
                .close();

        assertThat(fixture.span("max").getStartEpochNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(fixture.span("min").getStartEpochNanos()).isEqualTo(Long.MIN_VALUE);
    }

    // Parents

    @Test
    void nestedBlocks_areOneTrace() {
        String[] ids = tracer().traced(
                        "a",
                        a -> tracer().traced(
                                        "b",
                                        b -> tracer().traced(
                                                        "c", c -> new String[] {a.spanId(), b.spanId(), c.traceId()})));

        assertThat(fixture.finished()).allMatch(span -> span.getTraceId().equals(ids[2]));
        assertThat(fixture.span("b").getParentSpanId()).isEqualTo(ids[0]);
        assertThat(fixture.span("c").getParentSpanId()).isEqualTo(ids[1]);
        assertThat(fixture.span("a").getParentSpanContext()).isEqualTo(SpanContext.getInvalid());
    }

    @Test
    void parent_isWhatTheBuilderWasTold() {
        TracedBlock first = tracer().block("first").startDetached();
        try (TracedBlock current = tracer().start("current");
                TracedBlock child =
                        tracer().block("child").parent(first.context()).start()) {
            assertThat(tracer().current()).isSameAs(child);
            assertThat(child.traceId()).isEqualTo(first.traceId()).isNotEqualTo(current.traceId());
        }
        first.close();

        assertThat(fixture.span("child").getParentSpanContext())
                .isEqualTo(fixture.span("first").getSpanContext());
    }

    @Test
    void root_startsATraceOfItsOwnAndKeepsTheRestOfTheContext() {
        ContextKey<String> tenant = ContextKey.named("tenant");
        try (TracedBlock around = tracer().start("around");
                var scope = Context.current().with(tenant, "acme").makeCurrent();
                TracedBlock own = tracer().block("own").root().start()) {
            assertThat(own.traceId()).isNotEqualTo(around.traceId());
            assertThat(Context.current().get(tenant)).isEqualTo("acme");
            tracer().start("child").close();
        }

        assertThat(fixture.span("own").getParentSpanContext().isValid()).isFalse();
        assertThat(fixture.span("child").getParentSpanId())
                .isEqualTo(fixture.span("own").getSpanId());
    }

    @Test
    void parentFrom_continuesTheCallersTrace() {
        Map<String, String> headers = new HashMap<>();
        tracer().inject(Context.root().with(Span.wrap(REMOTE)), headers, Map::put);

        try (TracedBlock block = tracer().block("serve")
                .kind(SpanKind.SERVER)
                .parentFrom(headers, Given.HEADERS)
                .start()) {
            assertThat(block.traceId()).isEqualTo(REMOTE.getTraceId());
        }

        SpanData span = fixture.span("serve");
        assertThat(span.getParentSpanContext()).isEqualTo(REMOTE);
        assertThat(span.getParentSpanContext().isRemote()).isTrue();
        assertThat(span.getSpanContext().getTraceState().get("vendor")).isEqualTo("opaque");
    }

    @Test
    void parentFrom_nothingUsableIsAnOrdinaryBlock() {
        try (TracedBlock around = tracer().start("around");
                TracedBlock inner = tracer().block("inner")
                        .parentFrom(Map.of("traceparent", "rubbish"), Given.HEADERS)
                        .parentFrom(nothing(), Given.HEADERS)
                        .parentFrom(Map.of(), nothing())
                        .start()) {
            assertThat(inner.traceId()).isEqualTo(around.traceId());
        }
    }

    @Test
    void inject_writesTheCurrentBlock() {
        Map<String, String> headers = new HashMap<>();
        try (TracedBlock block = tracer().start("call")) {
            tracer().inject(headers, Map::put);
            assertThat(headers.get("traceparent")).contains(block.traceId()).contains(block.spanId());
        }
    }

    @Test
    void builder_startsASecondBlockWithoutWhatTheFirstTook() {
        TracedBlockBuilder builder =
                tracer().block("twice").attribute("once", true).link(REMOTE);
        builder.start().close();
        builder.start().close();

        assertThat(fixture.finished())
                .extracting(
                        span -> span.getAttributes().size() + span.getLinks().size())
                .containsExactly(2, 0);
    }

    // After the end, and before the start

    @Test
    void closedBlock_ignoresWhatIsSetLater() {
        TracedBlock block = tracer().start("done");
        block.close();
        block.attribute("late", true)
                .event("late")
                .link(REMOTE)
                .rename("late")
                .fail("late")
                .fail(new IOException());

        SpanData span = fixture.span("done");
        assertThat(span.getAttributes().isEmpty()).isTrue();
        assertThat(span.getEvents()).isEmpty();
        assertThat(span.getLinks()).isEmpty();
        assertThat(span.getStatus()).isEqualTo(StatusData.unset());
        assertThat(block.isRecording()).isFalse();
    }

    @Test
    void closedTracer_runsBodiesAndDeliversNoMore() {
        DharmaTracer tracer = tracer();
        tracer.start("before").close();
        tracer.close();
        tracer.close(Duration.ofSeconds(Long.MAX_VALUE));

        String name = tracer.traced("after", block -> block.attribute("a", 1).name());
        assertThat(name).isEqualTo("after");

        assertThat(tracer.health().spans().sinks().get(0).delivered()).isEqualTo(1);
        assertThat(tracer.health().spans().droppedTotal()).isEqualTo(1);
    }

    @Test
    void noopTracer_runsBodiesAndRecordsNothing() throws Exception {
        DharmaTracer noop = DharmaTracer.noop();
        Context before = Context.current();

        String traceId = noop.traced("x", TracedBlock::traceId);
        assertThat(traceId).isEqualTo("0".repeat(32));
        boolean recording = noop.block("x")
                .kind(SpanKind.CLIENT)
                .attribute("a", 1)
                .attribute(stringKey("b"), "c")
                .root()
                .parentFrom(Map.of(), Given.HEADERS)
                .call(TracedBlock::isRecording);
        assertThat(recording).isFalse();
        TracedBlock block = noop.start("x");
        block.attribute("a", 1).fail("no").close();
        block.close();
        try (var scope = block.makeCurrent()) {
            assertThat(Context.current()).isSameAs(before);
        }
        assertThat(noop.health()).isEqualTo(TracerHealth.NONE);
        assertThat(noop.flush(Duration.ZERO)).isTrue();
        assertThat(noop.extract(before, Map.of("traceparent", "x"), Given.HEADERS))
                .isSameAs(before);
        assertThatCode(noop::close).doesNotThrowAnyException();
    }

    // Many threads

    @Test
    void oneBlock_takesWhatEightThreadsSetAtOnce() throws Exception {
        fixture.restart(settings -> settings.limits(SpanLimits.builder()
                .setMaxNumberOfAttributes(10_000)
                .setMaxNumberOfEvents(10_000)
                .setMaxNumberOfLinks(10_000)
                .build()));
        int threads = 8;
        int each = 100;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch go = new CountDownLatch(1);
        TracedBlock block = tracer().start("shared");
        List<Future<?>> runs = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int thread = t;
            runs.add(pool.submit(() -> {
                go.await();
                for (int i = 0; i < each; i++) {
                    block.attribute("a-" + thread + "-" + i, i)
                            .attribute(longKey("shared"), (long) i)
                            .attributes(Attributes.of(stringKey("b-" + thread + "-" + i), "v"))
                            .event("e")
                            .link(REMOTE)
                            .rename("renamed");
                    assertThat(block.span().toString()).isNotEmpty();
                }
                return null;
            }));
        }
        go.countDown();
        for (Future<?> run : runs) {
            run.get(20, TimeUnit.SECONDS);
        }
        block.close();
        pool.shutdownNow();

        SpanData span = fixture.span("renamed");
        assertThat(span.getAttributes().size()).isEqualTo(2 * threads * each + 1);
        assertThat(span.getTotalAttributeCount()).isEqualTo(2 * threads * each + 1);
        assertThat(span.getEvents()).hasSize(threads * each);
        assertThat(span.getLinks()).hasSize(threads * each);
    }

    @Test
    void oneBlock_closedByEightThreadsAtOnceEndsOnce() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        for (int round = 0; round < 100; round++) {
            TracedBlock block = tracer().block("shared").startDetached();
            CountDownLatch go = new CountDownLatch(1);
            List<Future<?>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                runs.add(pool.submit(() -> {
                    go.await();
                    block.fail("x").close();
                    return null;
                }));
            }
            go.countDown();
            for (Future<?> run : runs) {
                run.get(20, TimeUnit.SECONDS);
            }
        }
        pool.shutdownNow();

        assertThat(fixture.finished()).hasSize(100);
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(100, 100, 700, 0, 0, 0));
    }
}
