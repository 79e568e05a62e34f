package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.BaggageEntryMetadata;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Thousands of bad days, the same ones in every run. */
class PropagationNeverThrowsTest {

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern FIELD_VALUE = Pattern.compile("[\\x20-\\x7E\\t]*");
    private static final long SEED = 20260815;
    private static final int ROUNDS = 5_000;
    private static final List<String> NAMES = List.of(
            "traceparent",
            "tracestate",
            "baggage",
            "b3",
            "X-B3-TraceId",
            "X-B3-SpanId",
            "X-B3-Sampled",
            "X-B3-Flags",
            "uber-trace-id",
            "uberctx-key",
            "uberctx-\u00e9",
            "jaeger-baggage");
    private static final List<String> GOOD = List.of(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03",
            "ot=th:8;rv:6e6d1a75832a2f,foo@bar= 1,1up=x",
            "user=a%20b;ttl=3,region=eu",
            "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d",
            "80f198ee56343ba864fe8b2a57d3eff7",
            "e457b5a2e4d86bd1",
            "1",
            "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:3");

    private final TextMapPropagator all =
            Propagators.named(List.of("tracecontext", "baggage", "b3", "b3multi", "jaeger"));

    static Stream<TextMapPropagator> propagators() {
        return Stream.concat(
                Propagators.names().stream().map(name -> Propagators.named(List.of(name))),
                Stream.of(Propagators.named(List.of("tracecontext", "baggage", "b3", "b3multi", "jaeger"))));
    }

    @Test
    void headers_ofAnyContentAreReadAndWhatIsWrittenIsClean() {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            Context context = randomHeaders(random).read(all);

            Headers written = Headers.written(all, context);

            assertClean(written);
        }
    }

    @Test
    void contexts_ofAnyContentAreWrittenCleanAndReadBackTheSame() {
        Random random = new Random(SEED + 1);
        for (int round = 0; round < ROUNDS; round++) {
            TextMapPropagator propagator = Propagators.named(List.of("tracecontext", "baggage"));
            Context context = Context.root().with(randomSpan(random)).with(randomBaggage(random));

            Headers written = Headers.written(propagator, context);
            Context read = written.read(propagator);

            assertClean(written);
            assertThat(Headers.written(propagator, read).asMap()).isEqualTo(written.asMap());
            assertThat(idOf(read)).isEqualTo(idOf(context));
            assertThat(valuesOf(read)).isEqualTo(tokensOf(valuesOf(context)));
        }
    }

    @Test
    void traceState_ofAnyValidContentComesThroughAsItWas() {
        Random random = new Random(SEED + 2);
        for (int round = 0; round < ROUNDS; round++) {
            String state = randomState(random);
            Headers headers = Headers.of("traceparent", GOOD.get(0), "tracestate", state);

            assertThat(Headers.written(all, headers.read(all)).get("tracestate"))
                    .isEqualTo(state);
        }
    }

    @ParameterizedTest
    @MethodSource("propagators")
    void failures_ofGetterAndSetterAreContained(TextMapPropagator propagator) {
        Context context =
                Headers.of("traceparent", GOOD.get(0), "baggage", "a=1").read(all);
        List<Throwable> failures = List.of(
                new IllegalStateException("recycled"),
                new AssertionError("broken"),
                new StackOverflowError(),
                new NoClassDefFoundError("gone"),
                new IOException("undeclared"));
        for (Throwable failure : failures) {
            assertThat(propagator.extract(context, new Headers(), HostileObjects.getter(failure)))
                    .isSameAs(context);
            propagator.inject(context, new Headers(), (headers, name, value) -> {
                throw HostileObjects.<RuntimeException>sneaky(failure);
            });
        }
    }

    @Test
    void errors_ofTheMachinePassThrough() {
        OutOfMemoryError fatal = new OutOfMemoryError("simulated");

        assertThatThrownBy(() -> all.extract(Context.root(), new Headers(), HostileObjects.getter(fatal)))
                .isSameAs(fatal);
    }

    @Test
    void interrupts_areNotLost() {
        all.extract(Context.root(), new Headers(), HostileObjects.getter(new InterruptedException()));

        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("propagators")
    @SuppressWarnings("NullAway") // callers without a nullness checker do this
    void nulls_areHarmless(TextMapPropagator propagator) {
        Context context = Headers.of("traceparent", GOOD.get(0)).read(all);

        assertThat(propagator.extract(null, new Headers(), Headers.GETTER)).isSameAs(Context.root());
        assertThat(propagator.extract(context, new Headers(), null)).isSameAs(context);
        assertThat(propagator.extract(context, null, Headers.GETTER)).isSameAs(context);
        propagator.inject(null, new Headers(), Headers.SETTER);
        propagator.inject(context, new Headers(), null);
        propagator.inject(context, null, Headers.SETTER);
    }

    @ParameterizedTest
    @MethodSource("propagators")
    void lines_withoutEndAreGivenUp(TextMapPropagator propagator) {
        for (String line : List.of("", " ", "a=1", GOOD.get(0))) {
            Context read = propagator.extract(Context.root(), new Headers(), HostileObjects.endlessGetter(line));

            assertClean(Headers.written(propagator, read));
        }
    }

    private static Headers randomHeaders(Random random) {
        Headers headers = new Headers();
        for (String name : NAMES) {
            for (int lines = random.nextInt(4); lines > 1; lines--) {
                headers.add(name, randomValue(random));
            }
        }
        return headers;
    }

    /** Noise, or a good value of any header, most often with a character or two replaced. */
    private static String randomValue(Random random) {
        if (random.nextInt(4) == 0) {
            return HostileObjects.text(random, random.nextInt(50) == 0 ? 20_000 : 80);
        }
        StringBuilder value = new StringBuilder(GOOD.get(random.nextInt(GOOD.size())));
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            int position = random.nextInt(value.length());
            value.replace(position, position + 1, HostileObjects.text(random, 2));
            if (value.isEmpty()) {
                break;
            }
        }
        return value.toString();
    }

    private static Span randomSpan(Random random) {
        TraceState state = TraceState.builder()
                .put("foo", HostileObjects.text(random, 20))
                .put("bar", "ok")
                .build();
        return Span.wrap(SpanContext.create(
                randomHex(random, 16), randomHex(random, 8), TraceFlags.fromByte((byte) random.nextInt(4)), state));
    }

    private static String randomHex(Random random, int bytes) {
        byte[] id = new byte[bytes];
        random.nextBytes(id);
        id[0] |= 1;
        return HexFormat.of().formatHex(id);
    }

    private static Baggage randomBaggage(Random random) {
        BaggageBuilder baggage = Baggage.builder();
        for (int entries = random.nextInt(6); entries > 0; entries--) {
            String key = random.nextInt(5) == 0 ? HostileObjects.text(random, 5) + "\0" : "key" + random.nextInt(9);
            String value = HostileObjects.text(random, 30);
            baggage.put(key, value, BaggageEntryMetadata.create(HostileObjects.text(random, 10)));
        }
        return baggage.build();
    }

    /** A tidy state of at most 512 characters in the grammar of level 2. */
    private static String randomState(Random random) {
        String keys = "abcdefghijklmnopqrstuvwxyz0123456789_-*/@";
        return Stream.iterate(0, i -> i + 1)
                .limit(1 + random.nextInt(8))
                .map(i -> i + randomOf(random, keys, 20) + "=" + randomOf(random, keys + " !~;:%\"", 30) + ".")
                .collect(Collectors.joining(","));
    }

    private static String randomOf(Random random, String alphabet, int longest) {
        return random.ints(random.nextInt(longest + 1), 0, alphabet.length())
                .mapToObj(i -> alphabet.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    private static String idOf(Context context) {
        SpanContext span = Span.fromContext(context).getSpanContext();
        return span.getTraceId() + span.getSpanId() + span.getTraceFlags();
    }

    private static Map<String, String> valuesOf(Context context) {
        return Baggage.fromContext(context).asMap().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().getValue()));
    }

    /** What may be sent of these entries, lone surrogates replaced as they will be. */
    private static Map<String, String> tokensOf(Map<String, String> values) {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().matches("key\\d"))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue()
                                .codePoints()
                                .map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
                                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                                .toString()));
    }

    /** The matching is done by hand, since it is done some hundred thousand times. */
    private static void assertClean(String name, String value) {
        boolean clean =
                TOKEN.matcher(name).matches() && FIELD_VALUE.matcher(value).matches() && value.length() <= 8192;
        if (!clean) {
            fail("header %s must not be sent: %s", name, value);
        }
    }

    private static void assertClean(Headers headers) {
        headers.asMap().forEach((name, lines) -> assertClean(name, lines.get(0)));
    }
}
