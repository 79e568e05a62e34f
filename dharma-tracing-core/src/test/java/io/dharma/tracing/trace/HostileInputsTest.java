package io.dharma.tracing.trace;

import static io.dharma.tracing.trace.Given.nothing;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the application's own objects do: nothing of it reaches the caller, nor the spans beside. */
class HostileInputsTest {

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.create();

    private DharmaTracer tracer() {
        return fixture.tracer();
    }

    /** Throws from every method that can be overridden. */
    private static final class Throwing extends RuntimeException {
        private final Supplier<? extends Error> thrown;

        Throwing(Supplier<? extends Error> thrown) {
            this.thrown = thrown;
        }

        @Override
        public String getMessage() {
            throw thrown.get();
        }

        @Override
        public String getLocalizedMessage() {
            throw thrown.get();
        }

        @Override
        public synchronized Throwable getCause() {
            throw thrown.get();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw thrown.get();
        }

        @Override
        public String toString() {
            throw thrown.get();
        }

        @Override
        public int hashCode() {
            throw thrown.get();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            throw thrown.get();
        }
    }

    private static final class AnsweringNull extends RuntimeException {
        @Override
        public String getMessage() {
            return nothing();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            return nothing();
        }

        @Override
        public String toString() {
            return nothing();
        }
    }

    private static final class NullFrames extends RuntimeException {
        @Override
        public StackTraceElement[] getStackTrace() {
            return new StackTraceElement[3];
        }
    }

    private static final class EndlessCauses extends RuntimeException {
        @Override
        public synchronized Throwable getCause() {
            return new EndlessCauses();
        }
    }

    private static final class OwnCause extends RuntimeException {
        @Override
        public synchronized Throwable getCause() {
            return this;
        }
    }

    static Stream<Named<RuntimeException>> throwables() {
        return Stream.of(
                Named.of("throwing errors", new Throwing(() -> new AssertionError("hostile"))),
                Named.of("throwing stack overflows", new Throwing(StackOverflowError::new)),
                Named.of("throwing out of memory", new Throwing(OutOfMemoryError::new)),
                Named.of("throwing linkage errors", new Throwing(NoClassDefFoundError::new)),
                Named.of("answering null", new AnsweringNull()),
                Named.of("null frames", new NullFrames()),
                Named.of("endless causes", new EndlessCauses()),
                Named.of("own cause", new OwnCause()));
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void hostileThrowable_reachesTheCallerAsItIs(RuntimeException hostile) {
        Throwable caught = catchThrowable(() -> tracer().tracedRun(
                        "outer",
                        outer -> tracer().tracedRun("inner", inner -> {
                            inner.span().recordException(hostile);
                            throw hostile;
                        })));

        assertThat(caught == hostile).isTrue();
        SpanData inner = fixture.span("inner");
        assertThat(inner.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(inner.getEvents()).hasSize(1);
        assertThat(inner.getEvents().get(0).getAttributes().get(stringKey("exception.stacktrace")))
                .startsWith(hostile.getClass().getName());
        assertThat(fixture.span("outer").getAttributes().get(stringKey("error.type")))
                .isEqualTo(hostile.getClass().getName());
    }

    @Test
    @Timeout(30)
    void throwableThatHangs_holdsUpNobodyWhoStillHoldsTheBlock() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        RuntimeException hanging = new RuntimeException() {
            @Override
            public String getMessage() {
                asked.countDown();
                try {
                    answer.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return "at last";
            }
        };
        TracedBlock block = tracer().start("block");
        block.fail(hanging).close();
        Thread flushing = new Thread(() -> fixture.finished(), "flushing");
        flushing.start();
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        block.attribute("late", 1).event("late").fail("late").rename("late").close();

        assertThat(answer.getCount()).as("nobody has let go yet").isEqualTo(1);
        answer.countDown();
        flushing.join();
        assertThat(fixture.span("block").getStatus().getDescription()).isEqualTo("at last");
    }

    // Attributes

    /** A key that behaves for so many calls and then throws. */
    private static final class FickleKey implements AttributeKey<String> {
        private int callsLeft;

        FickleKey(int callsLeft) {
            this.callsLeft = callsLeft;
        }

        private void check() {
            if (callsLeft-- <= 0) {
                throw new AssertionError("hostile");
            }
        }

        @Override
        public String getKey() {
            check();
            return "fickle";
        }

        @Override
        public AttributeType getType() {
            check();
            return AttributeType.STRING;
        }

        @Override
        public int hashCode() {
            throw new AssertionError("hostile");
        }

        @Override
        public boolean equals(@Nullable Object other) {
            throw new AssertionError("hostile");
        }
    }

    @Test
    void hostileKeys_reachNeitherCallerNorExporter() {
        for (int calls = 0; calls < 6; calls++) {
            FickleKey inBuilder = new FickleKey(calls);
            FickleKey inBlock = new FickleKey(calls);
            tracer().block("block")
                    .attribute(inBuilder, "value")
                    .attribute("ordinary", 1)
                    .run(block -> block.attribute(inBlock, "value").attribute("another", 2));
        }

        assertThat(fixture.finished()).hasSize(6).allSatisfy(span -> {
            assertThat(span.getAttributes().asMap()).containsKeys(AttributeKey.longKey("ordinary"));
            assertThat(span.getAttributes().toString()).contains("another");
        });
        assertThat(tracer().health().contained().callbacks()).isGreaterThan(0);
    }

    @Test
    void hostileKey_doesNotReplaceTheExceptionOnItsWay() {
        IllegalStateException original = new IllegalStateException("original");

        Throwable caught = catchThrowable(() -> tracer().tracedRun("block", block -> {
            block.attribute(new FickleKey(2), "value");
            throw original;
        }));

        assertThat(caught).isSameAs(original);
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void valuesThatAreNotOfTheirKeysType_areIgnored() {
        try (TracedBlock block = tracer().start("block")) {
            block.attribute((AttributeKey) stringKey("text"), (Object) 5L)
                    .attribute((AttributeKey) stringArrayKey("texts"), (Object) List.of(5L))
                    .attribute((AttributeKey) stringArrayKey("list"), (Object) "text")
                    .attribute("good", true);
        }

        assertThat(fixture.span("block").getAttributes().size()).isEqualTo(1);
    }

    @Test
    void hostileLists_reachNobody() {
        List<String> throwing = new AbstractList<>() {
            @Override
            public String get(int index) {
                throw new AssertionError("hostile");
            }

            @Override
            public int size() {
                return 3;
            }
        };
        List<String> negative = new AbstractList<>() {
            @Override
            public String get(int index) {
                return "x";
            }

            @Override
            public int size() {
                return -5;
            }
        };
        try (TracedBlock block = tracer().start("block")) {
            block.attribute(stringArrayKey("throwing"), throwing)
                    .attribute(stringArrayKey("negative"), negative)
                    .attribute(stringArrayKey("endless"), new Endless())
                    .event("event", hostileAttributes())
                    .attribute("good", true);
        }

        assertThat(fixture.span("block").getAttributes().get(AttributeKey.booleanKey("good")))
                .isTrue();
        assertThat(fixture.span("block").getAttributes().get(stringArrayKey("endless")))
                .hasSize(1024);
    }

    private static final class Endless extends AbstractList<String> {
        @Override
        public String get(int index) {
            return "x";
        }

        @Override
        public int size() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Iterator<String> iterator() {
            return Stream.generate(() -> "x").iterator();
        }
    }

    private static Attributes hostileAttributes() {
        return (Attributes) hostile(Attributes.class);
    }

    private static Object hostile(Class<?> type) {
        return Proxy.newProxyInstance(HostileInputsTest.class.getClassLoader(), new Class<?>[] {type}, (p, m, a) -> {
            throw new AssertionError("hostile " + m.getName());
        });
    }

    @Test
    void hostileAttributesAndContexts_reachNobody() {
        Attributes attributes = hostileAttributes();
        SpanContext context = (SpanContext) hostile(SpanContext.class);
        assertThatCode(() -> tracer().block("block")
                        .attributes(attributes)
                        .link(context)
                        .link(SpanContext.getInvalid(), attributes)
                        .run(block -> {
                            block.attributes(attributes)
                                    .event("event", attributes)
                                    .link(context);
                            block.span().recordException(new Exception(), attributes);
                        }))
                .doesNotThrowAnyException();

        assertThat(fixture.span("block").getEvents()).hasSize(2);
    }

    @Test
    void hostileParents_areNoParents() {
        Span throwing = (Span) hostile(Span.class);
        Context withThrowing = Context.root().with(SPAN_KEY_PROBE.wrap(throwing));
        tracer().block("under a throwing span").parent(withThrowing).run(block -> {});
        tracer().block("under rubbish")
                .parent(Context.root().with(SPAN_KEY_PROBE.wrap(spanWith("zzz"))))
                .run(block -> {});

        assertThat(fixture.finished())
                .hasSize(2)
                .allMatch(span -> !span.getParentSpanContext().isValid());
    }

    /** Puts any span into a context, past what the span itself would do there. */
    private interface SpanKeyProbe {
        Span wrap(Span span);
    }

    private static final SpanKeyProbe SPAN_KEY_PROBE = span -> (Span) Proxy.newProxyInstance(
            HostileInputsTest.class.getClassLoader(), new Class<?>[] {Span.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("storeInContext")) {
                    // As the interface's own default does, under the key that only it knows.
                    return InvocationHandler.invokeDefault(proxy, method, arguments);
                }
                return method.invoke(span, arguments);
            });

    private static Span spanWith(String traceId) {
        SpanContext rubbish = (SpanContext) Proxy.newProxyInstance(
                HostileInputsTest.class.getClassLoader(),
                new Class<?>[] {SpanContext.class},
                (p, method, a) -> switch (method.getName()) {
                    case "isValid" -> true;
                    case "getTraceId" -> traceId;
                    case "getTraceState" -> TraceState.getDefault();
                    default -> nothing();
                });
        return Span.wrap(rubbish);
    }

    // Samplers

    private interface Deciding extends Sampler {
        @Override
        default String getDescription() {
            return "hostile";
        }
    }

    static Stream<Named<Sampler>> samplers() {
        Deciding throwing = (p, t, n, k, a, l) -> {
            throw new AssertionError("hostile");
        };
        Deciding answeringNull = (p, t, n, k, a, l) -> nothing();
        Deciding hostileResult = (p, t, n, k, a, l) -> (SamplingResult) hostile(SamplingResult.class);
        Deciding hostileAttributes =
                (p, t, n, k, a, l) -> SamplingResult.create(SamplingDecision.RECORD_AND_SAMPLE, hostileAttributes());
        Deciding meddling = (p, t, n, k, a, l) -> {
            l.clear();
            return SamplingResult.recordAndSample();
        };
        return Stream.of(
                Named.of("throwing", throwing),
                Named.of("answering null", answeringNull),
                Named.of("hostile result", hostileResult),
                Named.of("hostile attributes", hostileAttributes),
                Named.of("meddling with links", meddling));
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void hostileSampler_reachesNobody(Sampler hostile) {
        fixture.restart(settings -> settings.sampler(hostile));
        SpanContext linked = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());

        String traceId = tracer().block("outer")
                .link(linked)
                .call(outer -> tracer().traced("inner", inner -> {
                    assertThat(inner.traceId()).isEqualTo(outer.traceId());
                    return inner.traceId();
                }));

        assertThat(traceId).matches("[0-9a-f]{32}").isNotEqualTo("0".repeat(32));
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 0, 0, 0));
        assertThat(tracer().health().contained().callbacks()).isGreaterThan(0);
    }

    // Propagation

    @Test
    void hostileCarriers_reachNobody() {
        fixture.restart(settings -> settings.propagator(W3CTraceContextPropagator.getInstance()));
        @SuppressWarnings("unchecked")
        TextMapGetter<Map<String, String>> getter = (TextMapGetter<Map<String, String>>) hostile(TextMapGetter.class);
        TextMapSetter<Map<String, String>> setter = (carrier, key, value) -> {
            throw new AssertionError("hostile");
        };

        assertThat(tracer().extract(Context.root(), Map.of(), getter)).isSameAs(Context.root());
        tracer().block("block").parentFrom(Map.of(), getter).run(block -> tracer().inject(new HashMap<>(), setter));

        assertThat(fixture.names()).containsExactly("block");
        assertThat(tracer().health().contained().callbacks()).isEqualTo(3);
    }

    @Test
    void hostilePropagator_reachesNobody() {
        fixture.restart(settings -> settings.propagator((TextMapPropagator) hostile(TextMapPropagator.class)));
        TextMapPropagator shielded = tracer().openTelemetry().getPropagators().getTextMapPropagator();

        assertThat(shielded.fields()).isEmpty();
        assertThat(shielded.extract(Context.root(), Map.of(), Given.HEADERS)).isSameAs(Context.root());
        assertThatCode(() -> shielded.inject(Context.root(), new HashMap<String, String>(), Map::put))
                .doesNotThrowAnyException();
        assertThat(tracer().openTelemetry().toString()).isNotEmpty();
    }

    @Test
    void hugeTexts_areBoundedInWhatWaits() {
        String huge = "x".repeat(10 << 20);
        TracedBlock block = tracer().start("block");
        for (int i = 0; i < 200; i++) {
            block.attribute("key-" + i, huge).event("event", Attributes.of(stringKey("text"), huge));
        }
        block.close();

        assertThat(((RecordedSpan) block.span()).estimatedBytes()).isBetween(1L << 20, 4L << 20);
        assertThat(fixture.span("block").getAttributes().size()).isEqualTo(128);
    }
}
