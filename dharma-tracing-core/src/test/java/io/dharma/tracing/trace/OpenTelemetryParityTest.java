package io.dharma.tracing.trace;

import static io.dharma.tracing.trace.Given.nothing;
import static io.opentelemetry.api.common.AttributeKey.booleanArrayKey;
import static io.opentelemetry.api.common.AttributeKey.doubleArrayKey;
import static io.opentelemetry.api.common.AttributeKey.longArrayKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;
import static io.opentelemetry.api.common.AttributeKey.valueKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The same calls of OpenTelemetry's API on the SDK's spans and on ours give the same spans, except where it is said:
 * the text of exceptions is our own; the flag that a trace id is random is always set; a list keeps 1,024 elements;
 * a link that is added to a running span says how many of its attributes were dropped.
 */
class OpenTelemetryParityTest {

    private static final int SEQUENCES = 2000;
    private static final SpanContext REMOTE = SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.builder().put("vendor", "opaque").build());

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.withManualClock(settings -> settings);

    /** One implementation, and the spans it started in order. */
    private record World(Tracer tracer, List<Span> spans) {

        List<Map<String, Object>> portraits() {
            return spans.stream()
                    .map(span -> portrait(((ReadableSpan) span).toSpanData()))
                    .toList();
        }

        private Map<String, Object> portrait(SpanData span) {
            Map<String, Object> portrait = new LinkedHashMap<>();
            portrait.put("name", span.getName());
            portrait.put("kind", span.getKind());
            portrait.put("scope", span.getInstrumentationScopeInfo());
            portrait.put("resource", span.getResource());
            portrait.put("start", span.getStartEpochNanos());
            portrait.put("end", span.getEndEpochNanos());
            portrait.put("ended", span.hasEnded());
            portrait.put("status", span.getStatus());
            portrait.put("sampled", span.getSpanContext().isSampled());
            portrait.put("state", span.getSpanContext().getTraceState().asMap());
            portrait.put("parent", portraitOf(span.getParentSpanContext()));
            portrait.put("attributes", narrowed(span.getAttributes()));
            portrait.put("totalAttributes", span.getTotalAttributeCount());
            portrait.put(
                    "events", span.getEvents().stream().map(World::portraitOf).toList());
            portrait.put("totalEvents", span.getTotalRecordedEvents());
            portrait.put(
                    "links", span.getLinks().stream().map(World::portraitOf).toList());
            portrait.put("totalLinks", span.getTotalRecordedLinks());
            return portrait;
        }

        private Object portraitOf(SpanContext parent) {
            if (!parent.isValid() || parent.isRemote()) {
                return parent;
            }
            return IntStream.range(0, spans.size())
                    .filter(i -> spans.get(i).getSpanContext().getSpanId().equals(parent.getSpanId()))
                    .findFirst()
                    .orElse(-1);
        }

        /** The SDK turns a value that is but a text into a text when it copies it, and only then. */
        private static Object narrowed(Attributes attributes) {
            return attributes.toBuilder().build().asMap();
        }

        private static Object portraitOf(EventData event) {
            return event.getName().equals("exception")
                    ? List.of(event.getName(), event.getEpochNanos())
                    : List.of(
                            event.getName(),
                            event.getEpochNanos(),
                            narrowed(event.getAttributes()),
                            event.getTotalAttributeCount());
        }

        private static Object portraitOf(LinkData link) {
            return List.of(link.getSpanContext(), narrowed(link.getAttributes()));
        }
    }

    private static final class Unprocessed implements SpanProcessor {

        final List<String> ended = new ArrayList<>();

        @Override
        public void onStart(Context parentContext, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            ended.add(span.getName());
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }

    @Test
    void randomCalls_giveTheSpansThatTheSdkGives() {
        for (int block = 0; block < 10; block++) {
            compare(limits(new Random(block)), block * SEQUENCES / 10, SEQUENCES / 10);
        }
    }

    private void compare(SpanLimits limits, int firstSeed, int sequences) {
        Resource resource = Resource.create(Attributes.of(stringKey("service.name"), "parity"));
        int exportedBefore = fixture.delivered().size();
        Tracer ours = fixture.restart(settings -> settings.limits(limits)
                        .clock(fixture.clock())
                        .resource(resource)
                        .sampler(Sampler.alwaysOn()))
                .openTelemetry()
                .getTracer("parity", "1.0");
        Unprocessed processor = new Unprocessed();
        try (SdkTracerProvider sdk = SdkTracerProvider.builder()
                .setClock(fixture.clock())
                .setSpanLimits(limits)
                .setResource(resource)
                .setSampler(Sampler.alwaysOn())
                .addSpanProcessor(processor)
                .build()) {
            for (int seed = firstSeed; seed < firstSeed + sequences; seed++) {
                World expected = new World(sdk.get("parity", "1.0"), new ArrayList<>());
                World actual = new World(ours, new ArrayList<>());
                play(new Random(seed), List.of(expected, actual));
                assertSame(seed, actual.portraits(), expected.portraits());
            }
        }
        List<SpanData> exported =
                fixture.finished().subList(exportedBefore, fixture.finished().size());
        assertThat(exported).hasSameSizeAs(processor.ended);
        assertThat(exported.stream().map(SpanData::getName)).containsExactlyInAnyOrderElementsOf(processor.ended);
    }

    private static void assertSame(int seed, List<Map<String, Object>> actual, List<Map<String, Object>> expected) {
        if (actual.equals(expected)) {
            return;
        }
        for (int i = 0; i < expected.size(); i++) {
            for (Map.Entry<String, Object> part : expected.get(i).entrySet()) {
                assertThat(actual.get(i).get(part.getKey()))
                        .as("%s of span %d of seed %d", part.getKey(), i, seed)
                        .isEqualTo(part.getValue());
            }
        }
    }

    private static SpanLimits limits(Random random) {
        return SpanLimits.builder()
                .setMaxNumberOfAttributes(1 + random.nextInt(6))
                .setMaxNumberOfEvents(1 + random.nextInt(4))
                .setMaxNumberOfLinks(1 + random.nextInt(3))
                .setMaxNumberOfAttributesPerEvent(1 + random.nextInt(3))
                .setMaxNumberOfAttributesPerLink(1 + random.nextInt(3))
                .setMaxAttributeValueLength(random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(5))
                .build();
    }

    private void play(Random random, List<World> worlds) {
        int steps = 5 + random.nextInt(35);
        for (int step = 0; step < steps; step++) {
            fixture.clock().advance(Duration.ofNanos(random.nextInt(700_000_000)));
            int started = worlds.get(0).spans().size();
            if (started == 0 || random.nextInt(6) == 0) {
                start(random, worlds);
            } else {
                int index = random.nextInt(started);
                UnaryOperator<Span> call = call(random);
                for (World world : worlds) {
                    assertThat(call.apply(world.spans().get(index)))
                            .isSameAs(world.spans().get(index));
                }
            }
        }
    }

    private static void start(Random random, List<World> worlds) {
        long seed = random.nextLong();
        for (World world : worlds) {
            Random same = new Random(seed);
            SpanBuilder builder = world.tracer().spanBuilder(pick(same, "GET", "", " ", "charge"));
            for (int calls = same.nextInt(6); calls > 0; calls--) {
                configure(same, builder, world);
            }
            world.spans().add(builder.startSpan());
        }
    }

    private static void configure(Random random, SpanBuilder builder, World world) {
        int started = world.spans().size();
        switch (random.nextInt(14)) {
            case 0 -> builder.setNoParent();
            case 1 ->
                builder.setParent(
                        started == 0
                                ? Context.root()
                                : Context.root().with(world.spans().get(random.nextInt(started))));
            case 2 -> builder.setParent(Context.root().with(Span.wrap(REMOTE)));
            case 3 -> builder.setParent(nothing());
            case 4 -> builder.setSpanKind(random.nextInt(5) == 0 ? nothing() : pick(random, SpanKind.values()));
            case 5 -> builder.setStartTimestamp(random.nextInt(5) - 1, TimeUnit.SECONDS);
            case 6 -> builder.setStartTimestamp(Instant.ofEpochSecond(random.nextInt(1000), random.nextInt(1000)));
            case 7 -> builder.addLink(link(random), attributes(random));
            case 8 -> builder.addLink(link(random));
            case 9 -> builder.setAttribute("s" + random.nextInt(4), text(random));
            case 10 -> builder.setAttribute("n" + random.nextInt(4), random.nextInt(9));
            case 11 -> builder.setAttribute(stringArrayKey("l" + random.nextInt(3)), texts(random));
            case 12 -> builder.setAllAttributes(attributes(random));
            default -> builder.setAttribute(valueKey("v"), value(random, 2));
        }
    }

    private static UnaryOperator<Span> call(Random random) {
        String text = text(random);
        int number = random.nextInt(4);
        Attributes attributes = attributes(random);
        SpanContext link = link(random);
        return switch (random.nextInt(26)) {
            case 0 -> span -> span.setAttribute("s" + number, text);
            case 1 -> span -> span.setAttribute("n" + number, (long) number);
            case 2 -> span -> span.setAttribute("d" + number, number / 2.0);
            case 3 -> span -> span.setAttribute("b" + number, number > 1);
            case 4 -> span -> span.setAttribute(longKey("n" + number), number);
            case 5 -> callWithList(texts(random), number);
            case 6 -> span -> span.setAttribute(longArrayKey("ll" + number), List.of(1L, 2L));
            case 7 -> span -> span.setAttribute(doubleArrayKey("dl" + number), List.of(1.5));
            case 8 -> span -> span.setAttribute(booleanArrayKey("bl" + number), List.of());
            case 9 -> callWithValue(value(random, 3));
            case 10 -> span -> span.setAllAttributes(attributes);
            case 11 -> span -> span.setAllAttributes(nothing());
            case 12 -> span -> span.addEvent(text);
            case 13 -> span -> span.addEvent(text, attributes);
            case 14 -> span -> span.addEvent(text, number, TimeUnit.MILLISECONDS);
            case 15 -> span -> span.addEvent(text, attributes, Instant.ofEpochSecond(number));
            case 16 -> span -> span.addEvent(nothing(), attributes);
            case 17 -> span -> span.addLink(link);
            case 18 -> span -> span.addLink(link, attributes);
            case 19 -> callWithStatus(pick(random, StatusCode.values()), text);
            case 20 -> span -> span.setStatus(StatusCode.ERROR, nothing());
            case 21 -> span -> span.recordException(new IllegalStateException(text), attributes);
            case 22 -> span -> span.updateName(number == 0 ? nothing() : text);
            case 23 -> span -> span.setAttribute(number == 0 ? "" : nothing(), text);
            case 24 ->
                span -> {
                    span.end(number, number == 1 ? nothing() : TimeUnit.MICROSECONDS);
                    return span;
                };
            default ->
                span -> {
                    span.end();
                    return span;
                };
        };
    }

    private static UnaryOperator<Span> callWithList(List<String> list, int number) {
        return span -> span.setAttribute(stringArrayKey("sl" + number), list);
    }

    private static UnaryOperator<Span> callWithValue(Value<?> value) {
        return span -> span.setAttribute(valueKey("v"), value);
    }

    private static UnaryOperator<Span> callWithStatus(StatusCode code, String description) {
        return span -> span.setStatus(code, description);
    }

    private static SpanContext link(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> nothing();
            case 1 -> SpanContext.getInvalid();
            default -> REMOTE;
        };
    }

    private static String text(Random random) {
        return "abcdefgh".substring(0, random.nextInt(9));
    }

    private static List<String> texts(Random random) {
        return random.ints(random.nextInt(4), 0, 9)
                .mapToObj("abcdefghi"::substring)
                .toList();
    }

    private static Value<?> value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> Value.of(text(random));
            case 1 -> Value.of(random.nextInt(9));
            case 2 -> Value.of(random.nextBoolean());
            case 3 -> Value.of(1.5);
            case 4 -> Value.of(new byte[random.nextInt(9)]);
            case 5 -> Value.of(List.of(value(random, depth - 1), value(random, depth - 1)));
            default -> Value.of(KeyValue.of("key", value(random, depth - 1)));
        };
    }

    private static Attributes attributes(Random random) {
        if (random.nextInt(8) == 0) {
            return nothing();
        }
        AttributesBuilder builder = Attributes.builder();
        for (int count = random.nextInt(5); count > 0; count--) {
            switch (random.nextInt(4)) {
                case 0 -> builder.put("s" + random.nextInt(4), text(random));
                case 1 -> builder.put("n" + random.nextInt(4), random.nextInt(9));
                case 2 -> builder.put(stringArrayKey("sl" + random.nextInt(2)), texts(random));
                default -> builder.put(valueKey("v" + random.nextInt(2)), Value.of(new byte[random.nextInt(9)]));
            }
        }
        return builder.build();
    }

    @SafeVarargs
    private static <T> T pick(Random random, T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
