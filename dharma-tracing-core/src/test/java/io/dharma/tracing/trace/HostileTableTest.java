package io.dharma.tracing.trace;

import static io.dharma.tracing.trace.Given.nothing;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.propagation.Propagators;
import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.testsupport.LeakCheck;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that an application may hand us which means us ill, one after another through one tracer. Nothing comes back to the
 * caller but what is its own, the caller pays little for it (counted in bytes it allocates, since that does not
 * depend on how busy the machine is), an innocent span beside it arrives, and the accounts stay exact.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HostileTableTest {

    private static final Logger LOG = LoggerFactory.getLogger(HostileTableTest.class);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int AT_LEAST = 60;

    /** What a caller may allocate for one hostile call. */
    private static final long CHEAP = 256 << 10;

    /** Where a tracer with its queues is made on the way. */
    private static final long A_TRACER = 8 << 20;

    private static final String TEN_MEGABYTES = "x".repeat(10 << 20);
    private static final String TWO_HUNDRED_MEGABYTES = "m".repeat(200 << 20);

    private final CollectingSink sink = new CollectingSink();
    private final List<String> escapes = new ArrayList<>();
    private final List<String> costly = new ArrayList<>();
    private DharmaTracer tracer = DharmaTracer.builder()
            .sink(sink)
            .propagator(Propagators.named(List.of("tracecontext", "baggage", "b3")))
            .keep(KeepPolicy.nothing())
            .build();
    private int tried;
    private long contained;

    @AfterEach
    void close() {
        tracer.close();
    }

    /** Something to be done with a tracer, by whoever means ill. */
    private interface Deed {
        void commit(DharmaTracer tracer) throws Exception;
    }

    private void attempt(String what, Deed deed) {
        attempt(what, CHEAP, deed);
    }

    private void attempt(String what, long allowedBytes, Deed deed) {
        tried++;
        // The first time may be the one that loads classes.
        if (allocatedBy(what, deed) > allowedBytes) {
            long allocated = allocatedBy(what, deed);
            if (allocated > allowedBytes) {
                costly.add(what + ": " + (allocated >> 10) + " KiB");
            }
        }
        if (Context.current() != Context.root()) {
            escapes.add(what + ": left a context");
        }
    }

    private long allocatedBy(String what, Deed deed) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            deed.commit(tracer);
        } catch (Throwable escaped) {
            escapes.add(what + ": " + escaped.getClass().getName());
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private void with(DharmaTracer other, Runnable attempts) {
        DharmaTracer usual = tracer;
        tracer = other;
        try {
            attempts.run();
        } finally {
            checkAndClose(other);
            tracer = usual;
        }
    }

    private void checkAndClose(DharmaTracer used) {
        boolean unused = used.flush(Duration.ofSeconds(60));
        TracerHealth health = used.health();
        contained += health.contained().total();
        assertThat(health.contained().workers()).as("workers need no rescue").isZero();
        assertExact(health.spans());
        assertThat(health.blocks().open()).isZero();
        used.close();
    }

    private static void assertExact(PipelineStats stats) {
        for (SinkStats one : stats.sinks()) {
            assertThat(stats.droppedTotal()
                            + stats.queuedRecords()
                            + one.delivered()
                            + one.droppedTotal()
                            + one.queuedRecords())
                    .as("%s", stats)
                    .isEqualTo(stats.offered());
        }
    }

    @Test
    void hostileObjects_reachNobody() {
        throwables();
        attributes();
        texts();
        contexts();
        bodies();
        samplers();
        clocks();
        interrupts();
        tracer.tracedRun("innocent", block -> {});
        checkAndClose(tracer);

        LOG.info(
                "hostile objects: {} tried, {} escaped, {} cost their caller more than allowed, {} contained",
                tried,
                escapes.size(),
                costly.size(),
                contained);
        assertThat(costly).isEmpty();
        assertThat(escapes).isEmpty();
        assertThat(tried).isGreaterThanOrEqualTo(AT_LEAST);
        assertThat(sink.spans()).extracting(SpanData::getName).contains("innocent");
    }

    // ---- throwables

    /** A throwable of which one method does something else. */
    private static class Odd extends RuntimeException {

        private final String method;
        private final Supplier<?> answer;

        Odd(String method, Supplier<?> answer) {
            super("odd");
            this.method = method;
            this.answer = answer;
        }

        private @Nullable Object answer(String called, Supplier<?> usual) {
            return called.equals(method) ? answer.get() : usual.get();
        }

        @Override
        public String getMessage() {
            return (String) odd("getMessage", super::getMessage);
        }

        @Override
        public String getLocalizedMessage() {
            return (String) odd("getLocalizedMessage", super::getMessage);
        }

        @Override
        public synchronized Throwable getCause() {
            return (Throwable) odd("getCause", super::getCause);
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            return (StackTraceElement[]) odd("getStackTrace", super::getStackTrace);
        }

        @Override
        public String toString() {
            return (String) odd("toString", super::toString);
        }

        @Override
        public int hashCode() {
            return (Integer) odd("hashCode", () -> 1);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return (Boolean) odd("equals", () -> this == other);
        }

        private Object odd(String called, Supplier<?> usual) {
            Object answered = answer(called, usual);
            return answered == null ? nothing() : answered;
        }
    }

    private static <T> Supplier<T> throwing(Supplier<? extends Error> error) {
        return () -> {
            throw error.get();
        };
    }

    private void throwables() {
        Map<String, Supplier<Error>> errors = Map.of(
                "an assertion error", AssertionError::new,
                "a stack overflow", StackOverflowError::new,
                "out of memory", OutOfMemoryError::new,
                "a linkage error", NoClassDefFoundError::new,
                "a death of the thread", HostileTableTest::threadDeath);
        for (String method : List.of(
                "getMessage", "getLocalizedMessage", "getCause", "getStackTrace", "toString", "hashCode", "equals")) {
            errors.forEach((name, error) -> failing(method + " throws " + name, new Odd(method, throwing(error))));
        }
        for (String method : List.of("getMessage", "getLocalizedMessage", "getCause", "getStackTrace", "toString")) {
            failing(method + " answers null", new Odd(method, () -> null));
        }
        failing("frames that are null", new Odd("getStackTrace", () -> new StackTraceElement[5]));
        failing("a million frames", new Odd("getStackTrace", () -> millionFrames()));
        failing("frames of a megabyte", new Odd("getStackTrace", () -> new StackTraceElement[] {
            new StackTraceElement("c".repeat(1 << 20), "m".repeat(1 << 20), "f".repeat(1 << 20), -7)
        }));
        failing("a message of 200 MB", new Odd("getMessage", () -> TWO_HUNDRED_MEGABYTES));
        failing("a text of 200 MB", new Odd("toString", () -> TWO_HUNDRED_MEGABYTES));
        failing("endless causes", new EndlessCauses());
        failing("its own cause", new OwnCause());
        failing("a circle of causes", circle());
        failing("causes 20,000 deep", deep(20_000));
        failing("a binary tree of suppressed ones", tree(14));
        failing("a circle of suppressed ones", suppressedCircle());
        failing("100,000 suppressed ones", suppressed(100_000));
        failing("a real stack overflow", realOverflow());
    }

    @SuppressWarnings({"deprecation", "removal"})
    private static Error threadDeath() {
        return new ThreadDeath();
    }

    private void failing(String what, RuntimeException hostile) {
        attempt("failing with: " + what, tracer -> {
            try (TracedBlock block = tracer.start("failing")) {
                block.fail(hostile);
            }
            tracer.start("recording").fail((Throwable) null).close();
        });
        attempt("throwing: " + what, tracer -> {
            Throwable caught = null;
            try {
                tracer.tracedRun(
                        "outer",
                        outer -> tracer.tracedRun("inner", inner -> {
                            inner.span().recordException(hostile, Attributes.empty());
                            throw hostile;
                        }));
            } catch (Throwable thrown) {
                caught = thrown;
            }
            if (caught != hostile) {
                throw new AssertionError("not the same any more");
            }
        });
    }

    private static StackTraceElement[] millionFrames() {
        StackTraceElement[] frames = new StackTraceElement[1_000_000];
        Arrays.fill(frames, new StackTraceElement("Shop", "order", "Shop.java", 1));
        return frames;
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

    private static RuntimeException circle() {
        RuntimeException one = new RuntimeException("one");
        one.initCause(new RuntimeException("other", one));
        return one;
    }

    private static RuntimeException deep(int depth) {
        RuntimeException deep = new RuntimeException("innermost");
        for (int i = 0; i < depth; i++) {
            deep = new RuntimeException("again", deep);
        }
        return deep;
    }

    private static RuntimeException tree(int depth) {
        RuntimeException root = new RuntimeException("depth " + depth);
        if (depth > 0) {
            root.addSuppressed(tree(depth - 1));
            root.addSuppressed(tree(depth - 1));
        }
        return root;
    }

    private static RuntimeException suppressedCircle() {
        RuntimeException one = new RuntimeException("one");
        RuntimeException other = new RuntimeException("other");
        one.addSuppressed(other);
        other.addSuppressed(one);
        return one;
    }

    private static RuntimeException suppressed(int count) {
        RuntimeException many = new RuntimeException("many");
        RuntimeException same = new RuntimeException("suppressed");
        for (int i = 0; i < count; i++) {
            many.addSuppressed(same);
        }
        return many;
    }

    private static RuntimeException realOverflow() {
        try {
            return new RuntimeException(String.valueOf(overflow(0)));
        } catch (StackOverflowError error) {
            return new RuntimeException(error);
        }
    }

    private static int overflow(int depth) {
        return depth == Integer.MAX_VALUE ? depth : overflow(depth + 1) + 1;
    }

    // ---- attributes

    private void attributes() {
        for (int calls = 0; calls < 4; calls++) {
            int good = calls;
            attempt(
                    "a key that throws after " + calls + " calls",
                    tracer -> tracer.tracedRun("block", block -> block.attribute(new FickleKey(good), "value")));
        }
        key("a null key", nothing(), "value");
        key("a null value", stringKey("key"), nothing());
        list("a list that throws", new Lying(3, () -> {
            throw new AssertionError("hostile");
        }));
        list("a list of a negative size", new Lying(-5, () -> "x"));
        list("a list without end", new Lying(Integer.MAX_VALUE, () -> "x"));
        list("a list of nulls", new Lying(1_000, () -> null));
        // What is kept of each is copied, twice a thousand times 4 KiB here; the rest is not touched.
        key("a list of 10 MB texts", 16 << 20, stringArrayKey("list"), new Lying(1_000, () -> TEN_MEGABYTES));
        list("a list that claims to be empty", new Lying(0, () -> "x"));
        Attributes hostile = (Attributes) hostile(Attributes.class);
        attempt(
                "attributes that throw",
                tracer -> tracer.block("block")
                        .attributes(hostile)
                        .run(block -> block.attributes(hostile).event("event", hostile)));
        Attributes ofNothing = (Attributes) answering(Attributes.class);
        attempt(
                "attributes that answer null",
                tracer -> tracer.block("block")
                        .attributes(ofNothing)
                        .run(block -> block.attributes(ofNothing).event("event", ofNothing)));
        // Loads the class that copies it, which whoever rewrites classes for coverage takes some memory for.
        key(
                "lists 20,000 deep",
                1 << 20,
                AttributeKey.valueKey("tree"),
                nested(20_000, innermost -> Value.of(List.of(innermost))));
        // What is kept of it is copied twice, sixteen thousand elements each time.
        key(
                "lists that hold another twice, 60 deep",
                4 << 20,
                AttributeKey.valueKey("tree"),
                nested(60, half -> Value.of(List.of(half, half))));
        key("a value of 10 MB", stringKey("huge"), TEN_MEGABYTES);
        key("a key of 10 MB", stringKey(TEN_MEGABYTES), "value");
        List<AttributeKey<String>> keys = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            keys.add(stringKey("key-" + i));
        }
        attempt(
                "10,000 attributes",
                1 << 20,
                tracer -> tracer.tracedRun("block", block -> {
                    for (AttributeKey<String> key : keys) {
                        block.attribute(key, "value");
                    }
                }));
        attempt(
                "a million values of one attribute",
                64 << 20,
                tracer -> tracer.tracedRun("block", block -> {
                    for (int i = 0; i < 1_000_000; i++) {
                        block.attribute("id", i);
                    }
                }));
        attempt(
                "100,000 events",
                32 << 20,
                tracer -> tracer.tracedRun("block", block -> {
                    for (int i = 0; i < 100_000; i++) {
                        block.event("event");
                    }
                }));
        SpanContext linked = SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault());
        attempt(
                "100,000 links",
                32 << 20,
                tracer -> tracer.tracedRun("block", block -> {
                    for (int i = 0; i < 100_000; i++) {
                        block.link(linked);
                    }
                }));
    }

    private <T> void key(String what, AttributeKey<T> key, T value) {
        key(what, CHEAP, key, value);
    }

    private <T> void key(String what, long allowedBytes, AttributeKey<T> key, T value) {
        attempt(
                what,
                allowedBytes,
                tracer -> tracer.block("block").attribute(key, value).run(block -> block.attribute(key, value)));
    }

    private void list(String what, List<String> list) {
        key(what, stringArrayKey("list"), list);
    }

    private static Value<?> nested(int depth, UnaryOperator<Value<?>> around) {
        Value<?> tree = Value.of("leaf");
        for (int i = 0; i < depth; i++) {
            tree = around.apply(tree);
        }
        return tree;
    }

    private static final class Lying extends AbstractList<String> {

        private final int size;
        private final Supplier<@Nullable String> element;

        Lying(int size, Supplier<@Nullable String> element) {
            this.size = size;
            this.element = element;
        }

        @Override
        public String get(int index) {
            String got = element.get();
            return got == null ? nothing() : got;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public Iterator<String> iterator() {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return true;
                }

                @Override
                public String next() {
                    return get(0);
                }
            };
        }
    }

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

    private static Object hostile(Class<?> type) {
        return Proxy.newProxyInstance(HostileTableTest.class.getClassLoader(), new Class<?>[] {type}, (p, m, a) -> {
            throw new AssertionError("hostile " + m.getName());
        });
    }

    private static Object answering(Class<?> type) {
        return Proxy.newProxyInstance(
                HostileTableTest.class.getClassLoader(), new Class<?>[] {type}, (p, m, a) -> switch (m.getReturnType()
                        .getName()) {
                    case "int" -> -1;
                    case "boolean" -> false;
                    default -> nothing();
                });
    }

    // ---- texts

    private void texts() {
        attempt("a name of 10 MB", tracer -> tracer.tracedRun(TEN_MEGABYTES, block -> {}));
        attempt("renamed to 10 MB", tracer -> tracer.tracedRun("block", block -> block.rename(TEN_MEGABYTES)));
        attempt("an event's name of 10 MB", tracer -> tracer.tracedRun("block", block -> block.event(TEN_MEGABYTES)));
        attempt(
                "a failure's description of 10 MB",
                tracer -> tracer.tracedRun("block", block -> block.fail(TEN_MEGABYTES)));
        attempt(
                "no name, no kind, no nothing",
                tracer -> tracer.block(null)
                        .kind((SpanKind) null)
                        .attributes(null)
                        .attribute((String) null, (String) null)
                        .link(null)
                        .parent(null)
                        .startedAt(null)
                        .run(block -> block.event(null)
                                .rename(null)
                                .fail((Throwable) null)
                                .fail((String) null)
                                .link(null)
                                .attributes(null)));
        attempt(
                "a start in the year 1,000,000,000",
                tracer -> tracer.block("block").startedAt(Instant.MAX).run(block -> {}));
        attempt(
                "a start before all time",
                tracer -> tracer.block("block").startedAt(Instant.MIN).run(block -> {}));
        String lone = "\ud800 \u0000 \r\n \u001b[31m \udfff";
        attempt(
                "lone surrogates and control characters",
                tracer -> tracer.tracedRun(
                        lone, block -> block.attribute(lone, lone).event(lone)));
    }

    // ---- propagation

    /** A carrier that answers whatever it is asked with the same text. */
    private static TextMapGetter<Map<String, String>> answering(String text) {
        return new TextMapGetter<>() {
            @Override
            @SuppressWarnings("deprecation") // it is abstract all the same
            public Iterable<String> keys(Map<String, String> carrier) {
                return List.of("traceparent", "tracestate", "baggage", "b3");
            }

            @Override
            public String get(@Nullable Map<String, String> carrier, String key) {
                return text;
            }
        };
    }

    private void contexts() {
        @SuppressWarnings("unchecked")
        TextMapGetter<Map<String, String>> throwing = (TextMapGetter<Map<String, String>>) hostile(TextMapGetter.class);
        @SuppressWarnings("unchecked")
        TextMapGetter<Map<String, String>> ofNothing =
                (TextMapGetter<Map<String, String>>) answering(TextMapGetter.class);
        received("a getter that throws", throwing);
        received("a getter that answers null", ofNothing);
        received("headers of 10 MB", answering(TEN_MEGABYTES));
        received("baggage of 100,000 entries", answering(baggage(100_000)));
        received("tracestate of 100,000 members", answering("a=1,".repeat(100_000)));
        received("headers full of controls", answering("\r\n\u0000\ud800"));
        attempt("no carrier, no getter", tracer -> {
            Context unused = tracer.extract(nothing(), null, nothing());
            tracer.inject(null, nothing());
            tracer.inject(nothing(), null, nothing());
            tracer.injectTo(null, null, nothing());
        });
        attempt(
                "a setter that throws",
                tracer -> tracer.tracedRun(
                        "block",
                        block -> tracer.inject(new HashMap<String, String>(), (carrier, key, value) -> {
                            throw new AssertionError("hostile");
                        })));
        SpanContext context = (SpanContext) hostile(SpanContext.class);
        attempt(
                "a link that throws",
                tracer -> tracer.block("block").link(context).run(block -> block.link(context, Attributes.empty())));
        attempt(
                "a parent that throws",
                tracer -> tracer.block("block")
                        .parent((Context) hostile(Context.class))
                        .run(block -> {}));
        with(
                DharmaTracer.builder()
                        .sink(sink)
                        .propagator((TextMapPropagator) hostile(TextMapPropagator.class))
                        .build(),
                () -> received("a propagator that throws", answering("x")));
    }

    private static String baggage(int entries) {
        StringBuilder bomb = new StringBuilder();
        for (int i = 0; i < entries; i++) {
            bomb.append("key").append(i).append("=value,");
        }
        return bomb.toString();
    }

    private void received(String what, TextMapGetter<Map<String, String>> getter) {
        // What throws makes a stack trace of its own each time.
        attempt("received: " + what, 2 << 20, tracer -> {
            Map<String, String> sent = new HashMap<>();
            tracer.block("server").parentFrom(Map.of(), getter).run(block -> tracer.inject(sent, Map::put));
            Context unused = tracer.extract(Context.root(), Map.of(), getter);
            if (sent.values().stream().mapToInt(String::length).sum() > 20_000) {
                throw new AssertionError("passed on");
            }
        });
    }

    // ---- what runs inside

    private void bodies() {
        List<Error> errors =
                List.of(new StackOverflowError(), new OutOfMemoryError(), new NoClassDefFoundError(), threadDeath());
        for (Error error : errors) {
            attempt("a body that throws " + error, tracer -> {
                try {
                    tracer.tracedRun("block", block -> {
                        throw error;
                    });
                } catch (Error thrown) {
                    if (thrown == error) {
                        return;
                    }
                    throw thrown;
                }
                throw new AssertionError("swallowed");
            });
        }
        attempt("a stage that is null", tracer -> {
            CompletionStage<String> unused = tracer.tracedAsync("block", block -> nothing());
        });
        @SuppressWarnings("unchecked")
        CompletionStage<String> stage = (CompletionStage<String>) hostile(CompletionStage.class);
        attempt("a stage that throws", tracer -> {
            if (tracer.<CompletionStage<String>, RuntimeException>tracedAsync("block", block -> stage) != stage) {
                throw new AssertionError("not the same any more");
            }
        });
        attempt("a stage that fails with something hostile", tracer -> {
            CompletionStage<String> unused = tracer.tracedAsync(
                    "block",
                    block -> CompletableFuture.<String>failedFuture(
                            new Odd("getMessage", throwing(AssertionError::new))));
        });
        attempt("a block that is closed a thousand times", tracer -> {
            TracedBlock block = tracer.start("block");
            IntStream.range(0, 1_000).forEach(i -> block.close());
        });
    }

    // ---- samplers and clocks

    private interface Deciding extends Sampler {
        @Override
        default String getDescription() {
            return "hostile";
        }
    }

    private void samplers() {
        Deciding throwing = (p, t, n, k, a, l) -> {
            throw new StackOverflowError();
        };
        Deciding ofNothing = (p, t, n, k, a, l) -> nothing();
        Deciding odd = (p, t, n, k, a, l) -> (SamplingResult) hostile(SamplingResult.class);
        Deciding oddest = (p, t, n, k, a, l) -> (SamplingResult) answering(SamplingResult.class);
        Map<String, Sampler> samplers = Map.of(
                "throws", throwing, "answers null", ofNothing, "decides to throw", odd, "decides on null", oddest);
        samplers.forEach((name, sampler) -> with(
                DharmaTracer.builder().sink(sink).sampler(sampler).build(),
                () -> attempt(
                        "a sampler that " + name,
                        tracer -> tracer.tracedRun("outer", outer -> tracer.tracedRun("inner", inner -> {})))));
    }

    /** The wall's time and the machine's, both as far away as the test wants. */
    private static final class Jumping implements Clock {

        private final AtomicLong wall = new AtomicLong();
        private final AtomicLong machine = new AtomicLong();

        @Override
        public long now() {
            return Clock.getDefault().now() + wall.get();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime() + machine.get();
        }
    }

    private void clocks() {
        for (int days : List.of(1, -1, 3_650, -3_650)) {
            Jumping clock = new Jumping();
            with(
                    DharmaTracer.builder().sink(sink).clock(clock).build(),
                    () -> attempt("a clock that jumps by " + days + " days", tracer -> {
                        tracer.tracedRun(
                                "jumping",
                                block -> clock.wall.set(Duration.ofDays(days).toNanos()));
                        tracer.tracedRun("after the jump", block -> {});
                        if (!tracer.flush(Duration.ofSeconds(20))) {
                            throw new AssertionError("not delivered");
                        }
                    }));
            with(
                    DharmaTracer.builder().sink(sink).clock(clock).build(),
                    () -> attempt("a machine's clock that jumps by " + days + " days", tracer -> {
                        tracer.tracedRun(
                                "jumping",
                                block -> clock.machine.set(Duration.ofDays(days).toNanos()));
                        tracer.tracedRun("after the jump", block -> {});
                    }));
        }
    }

    // ---- interrupts

    private void interrupts() {
        Map<String, Deed> calls = new TreeMap<>();
        calls.put("start", t -> t.start("block").close());
        calls.put("traced", t -> t.tracedRun("block", block -> {}));
        calls.put(
                "attributes",
                t -> t.tracedRun("block", block -> block.attribute("a", 1).event("e")));
        calls.put(
                "fail", t -> t.start("block").fail(new IllegalStateException()).close());
        calls.put("extract", t -> t.extract(Context.root(), Map.of(), answering("x")));
        calls.put("inject", t -> t.inject(new HashMap<String, String>(), Map::put));
        calls.put("health", DharmaTracer::health);
        calls.put("flush", t -> t.flush(Duration.ofSeconds(5)));
        calls.put("current", DharmaTracer::current);
        calls.put("rejectedSpans", DharmaTracer::rejectedSpans);
        calls.forEach((name, call) -> attempt("interrupted before " + name, tracer -> {
            Thread.currentThread().interrupt();
            call.commit(tracer);
            if (!Thread.interrupted()) {
                throw new AssertionError("the interrupt is gone");
            }
        }));
        attempt("interrupted during flush", A_TRACER, tracer -> {
            Thread flushing = Thread.currentThread();
            DharmaTracer stuck = DharmaTracer.builder().sink(new DeafSink()).build();
            stuck.tracedRun("block", block -> {});
            Thread other = new Thread(() -> {
                while (flushing.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                flushing.interrupt();
            });
            other.start();
            boolean flushed = stuck.flush(Duration.ofSeconds(30));
            boolean kept = Thread.interrupted();
            other.join();
            stuck.close(Duration.ofMillis(50));
            if (flushed || !kept) {
                throw new AssertionError("the interrupt is gone");
            }
        });
        attempt("interrupted before close", A_TRACER, tracer -> {
            DharmaTracer other =
                    DharmaTracer.builder().sink(new CollectingSink()).build();
            other.tracedRun("block", block -> {});
            Thread.currentThread().interrupt();
            other.close();
            if (!Thread.interrupted()) {
                throw new AssertionError("the interrupt is gone");
            }
            assertExact(other.health().spans());
        });
    }
}
