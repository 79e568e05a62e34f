package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.trace.FinishedSpan;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfoBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Telemetry of every shape the SDK's data can take, from a seed. */
final class RandomTelemetry {

    /** Of one to four bytes as UTF-8 each. */
    private static final String[] LETTERS = {"a", "Z", "0", ".", " ", "\u0000", "\u007f", "ä", "ß", "ж", "€", "漢", "😀"
    };

    private static final long[] EDGES = {0, 1, -1, 127, 128, 300, Long.MAX_VALUE, Long.MIN_VALUE};
    private static final double[] DECIMAL_EDGES = {
        0, 1, -1, 0.1, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE, -Double.MAX_VALUE
    };

    private final Random random;
    private final List<Resource> resources = new ArrayList<>();
    private final List<InstrumentationScopeInfo> scopes = new ArrayList<>();

    RandomTelemetry(long seed) {
        random = new Random(seed);
        for (int i = 0; i < 3; i++) {
            resources.add(Resource.create(resourceAttributes(), sometimes(() -> "https://schemas/" + text())));
            scopes.add(newScope());
        }
    }

    Random random() {
        return random;
    }

    Resource resource() {
        return resources.get(random.nextInt(resources.size()));
    }

    InstrumentationScopeInfo scope() {
        return scopes.get(random.nextInt(scopes.size()));
    }

    private Attributes resourceAttributes() {
        AttributesBuilder builder = Attributes.builder();
        for (int i = random.nextInt(6); i > 0; i--) {
            put(builder, "resource." + random.nextInt(10));
        }
        return builder.build();
    }

    private InstrumentationScopeInfo newScope() {
        InstrumentationScopeInfoBuilder builder =
                InstrumentationScopeInfo.builder(text()).setAttributes(attributes());
        if (random.nextBoolean()) {
            builder.setVersion("1." + random.nextInt(10));
        }
        if (random.nextBoolean()) {
            builder.setSchemaUrl("https://schemas/" + random.nextInt(10));
        }
        return builder.build();
    }

    SpanData span() {
        SpanContext context = spanContext(false);
        Attributes attributes = attributes();
        List<EventData> events = some(this::event);
        List<LinkData> links = some(this::link);
        return new FinishedSpan(
                context,
                parentOf(context),
                resource(),
                scope(),
                text(),
                oneOf(SpanKind.values()),
                random.nextLong(),
                random.nextLong(),
                true,
                attributes,
                attributes.size() + dropped(),
                events,
                events.size() + dropped(),
                links,
                links.size() + dropped(),
                status());
    }

    private SpanContext parentOf(SpanContext child) {
        // What else a parent has is not in OTLP.
        return switch (random.nextInt(3)) {
            case 0 -> SpanContext.getInvalid();
            case 1 -> SpanContext.create(child.getTraceId(), hex(16), child.getTraceFlags(), TraceState.getDefault());
            default ->
                SpanContext.createFromRemoteParent(
                        child.getTraceId(), hex(16), child.getTraceFlags(), TraceState.getDefault());
        };
    }

    SpanContext spanContext(boolean remote) {
        TraceFlags flags = TraceFlags.fromByte((byte) random.nextInt(256));
        return remote
                ? SpanContext.createFromRemoteParent(hex(32), hex(16), flags, traceState())
                : SpanContext.create(hex(32), hex(16), flags, traceState());
    }

    private TraceState traceState() {
        TraceStateBuilder builder = TraceState.builder();
        for (int i = random.nextInt(5) - 2; i > 0; i--) {
            builder.put("key" + random.nextInt(9), "v" + "x".repeat(random.nextInt(60)));
        }
        return builder.build();
    }

    private EventData event() {
        Attributes attributes = attributes();
        return EventData.create(random.nextLong(), text(), attributes, attributes.size() + dropped());
    }

    private LinkData link() {
        Attributes attributes = attributes();
        SpanContext context = random.nextInt(8) == 0 ? SpanContext.getInvalid() : spanContext(random.nextBoolean());
        return LinkData.create(context, attributes, attributes.size() + dropped());
    }

    private StatusData status() {
        return StatusData.create(oneOf(StatusCode.values()), random.nextBoolean() ? "" : text());
    }

    int dropped() {
        return random.nextInt(4) == 0 ? random.nextInt(1000) : 0;
    }

    Attributes attributes() {
        AttributesBuilder builder = Attributes.builder();
        for (int i = random.nextInt(10) - 2; i > 0; i--) {
            put(builder, "k" + text());
        }
        return builder.build();
    }

    private void put(AttributesBuilder builder, String key) {
        switch (random.nextInt(9)) {
            case 0, 1 -> builder.put(key, text());
            case 2 -> builder.put(key, number());
            case 3 -> builder.put(key, decimal());
            case 4 -> builder.put(key, random.nextBoolean());
            case 5 -> builder.put(AttributeKey.stringArrayKey(key), nonEmpty(this::text));
            case 6 -> builder.put(AttributeKey.longArrayKey(key), nonEmpty(this::number));
            case 7 ->
                builder.put(AttributeKey.doubleArrayKey(key), nonEmpty(this::decimal))
                        .put(AttributeKey.booleanArrayKey(key + "?"), nonEmpty(random::nextBoolean));
            default -> builder.put(AttributeKey.valueKey(key), value(random.nextInt(5)));
        }
    }

    Value<?> value(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> Value.of(text());
            case 1 -> Value.of(number());
            case 2 -> Value.of(decimal());
            case 3 -> Value.of(random.nextBoolean());
            case 4 -> Value.of(bytes());
            case 5 -> Value.empty();
            case 6, 7 -> Value.of(this.<Value<?>>some(() -> value(depth - 1)));
            default ->
                Value.of(some(() -> KeyValue.of(text(), value(depth - 1))).toArray(KeyValue[]::new));
        };
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    long number() {
        return random.nextBoolean() ? EDGES[random.nextInt(EDGES.length)] : random.nextLong() >> random.nextInt(64);
    }

    double decimal() {
        return random.nextBoolean() ? DECIMAL_EDGES[random.nextInt(DECIMAL_EDGES.length)] : random.nextGaussian();
    }

    /** Of every length around the borders of one and two bytes of length, in ASCII and beyond. */
    String text() {
        int length = switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> 120 + random.nextInt(16);
            case 2 -> random.nextInt(3000);
            default -> random.nextInt(30);
        };
        boolean ascii = random.nextBoolean();
        StringBuilder text = new StringBuilder(length);
        while (text.length() < length) {
            text.append(LETTERS[random.nextInt(ascii ? 5 : LETTERS.length)]);
        }
        return text.toString();
    }

    String hex(int digits) {
        StringBuilder hex = new StringBuilder(digits).append(1 + random.nextInt(9));
        while (hex.length() < digits) {
            hex.append(Character.forDigit(random.nextInt(16), 16));
        }
        return hex.toString();
    }

    <T> T oneOf(T[] values) {
        return values[random.nextInt(values.length)];
    }

    <T> List<T> some(Supplier<T> supplier) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(6) - 2; i > 0; i--) {
            list.add(supplier.get());
        }
        return list;
    }

    <T> List<T> nonEmpty(Supplier<T> supplier) {
        List<T> list = some(supplier);
        list.add(supplier.get());
        return list;
    }

    private @Nullable String sometimes(Supplier<String> supplier) {
        return random.nextBoolean() ? supplier.get() : null;
    }
}
