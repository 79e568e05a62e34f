package io.dharma.tracing.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.context.CorrelationRefusal;
import io.dharma.tracing.context.CorrelationSource;
import io.dharma.tracing.context.CorrelationTrust;
import io.dharma.tracing.context.CorrelationTrust.Outcome;
import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.spi.SensitiveIds;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How correlation enters and leaves. */
class CorrelationPropagationTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String TRACEPARENT = "00-" + TRACE + "-b7ad6b7169203331-01";
    private static final String NEW_ID = "[0-9a-f]{32}";
    private static final Pseudonyms PSEUDONYMS =
            Pseudonyms.withKey("k1", "0123456789abcdef".getBytes(StandardCharsets.UTF_8));
    private static final TextMapPropagator W3C = Propagators.named(List.of("tracecontext", "baggage"));

    private final CorrelationPropagation rules = rules(builder -> builder);
    private final TextMapPropagator propagator = rules.around(W3C);

    private static CorrelationPropagation rules(UnaryOperator<CorrelationPropagation.Builder> settings) {
        return settings.apply(
                        CorrelationPropagation.builder().service("checkout").pseudonyms(PSEUDONYMS))
                .build();
    }

    private static CorrelationContext in(Context context) {
        return Objects.requireNonNull(Correlation.from(context));
    }

    private CorrelationContext read(String... namesAndValues) {
        return in(Headers.of(namesAndValues).read(propagator));
    }

    // In: which id it is

    static Stream<Arguments> precedence() {
        String baggage = "dharma.cid=in-baggage";
        return Stream.of(
                Arguments.of("in-baggage", CorrelationSource.BAGGAGE, new String[] {
                    "baggage",
                    baggage,
                    "X-Correlation-ID",
                    "in-header",
                    "X-Request-ID",
                    "request-1",
                    "traceparent",
                    TRACEPARENT
                }),
                Arguments.of("in-header", CorrelationSource.CORRELATION_HEADER, new String[] {
                    "x-correlation-id", "in-header", "x-request-id", "request-1", "traceparent", TRACEPARENT
                }),
                Arguments.of("request-1", CorrelationSource.REQUEST_HEADER, new String[] {
                    "X-Request-ID", "request-1", "traceparent", TRACEPARENT
                }),
                Arguments.of(TRACE, CorrelationSource.TRACE, new String[] {"traceparent", TRACEPARENT}));
    }

    @ParameterizedTest
    @MethodSource("precedence")
    void firstIdInTheOrder_isTaken(String id, CorrelationSource source, String[] headers) {
        CorrelationContext read = read(headers);

        assertThat(read.correlationId()).isEqualTo(id);
        assertThat(read.trust()).isEqualTo(CorrelationTrust.accepted(source));
        assertThat(rules.counts().accepted()).isEqualTo(Map.of(source, 1L));
        assertThat(rules.counts().refused()).isEmpty();
    }

    @Test
    void requestWithoutAnyId_isGivenOne() {
        CorrelationContext read = read();

        assertThat(read.correlationId()).matches(NEW_ID);
        assertThat(read.requestId()).matches(NEW_ID).isNotEqualTo(read.correlationId());
        assertThat(read.originService()).isEqualTo("checkout");
        assertThat(read.trust()).isEqualTo(CorrelationTrust.created());
        assertThat(rules.counts()).isEqualTo(new CorrelationCounts(Map.of(), Map.of(), 1, 0, 0, 0));
    }

    @Test
    void requestHeader_namesTheRequestWhereverTheCorrelationIsFrom() {
        CorrelationContext read = read("X-Correlation-ID", "in-header", "X-Request-ID", "request-1");

        assertThat(read.correlationId()).isEqualTo("in-header");
        assertThat(read.requestId()).isEqualTo("request-1");
    }

    @Test
    void baggage_tellsTheCauseTheConversationAndTheOriginToo() {
        CorrelationContext read = read(
                "baggage",
                "dharma.cid=in-baggage,dharma.rid=request-0,dharma.conversation=session-9,dharma.origin=web%20shop");

        assertThat(read.causationId()).isEqualTo("request-0");
        assertThat(read.conversationId()).isEqualTo("session-9");
        assertThat(read.originService()).isEqualTo("web shop");
        assertThat(read.requestId()).matches(NEW_ID);
    }

    @Test
    void baggageWithoutACorrelationId_tellsNothing() {
        CorrelationContext read =
                read("X-Correlation-ID", "in-header", "baggage", "dharma.rid=request-0,dharma.origin=shop");

        assertThat(read.causationId()).isNull();
        assertThat(read.originService()).isNull();
    }

    @Test
    void brokenCompanionsInBaggage_areLeftOut() {
        CorrelationContext read = read("baggage", "dharma.cid=in-baggage,dharma.rid=%0d%0aX,dharma.origin=a%0ab");

        assertThat(read.correlationId()).isEqualTo("in-baggage");
        assertThat(read.causationId()).isNull();
        assertThat(read.originService()).isNull();
        assertThat(read.leftOut()).isEqualTo(2);
    }

    @Test
    void localTrace_givesItsIdWithoutBeingAnybodysOffer() {
        Context context = Context.root()
                .with(Span.wrap(SpanContext.create(
                        TRACE, "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault())));

        CorrelationContext read = in(propagator.extract(context, new Headers(), Headers.GETTER));

        assertThat(read.correlationId()).isEqualTo(TRACE);
        assertThat(read.trust()).isEqualTo(CorrelationTrust.created(CorrelationSource.TRACE));
        assertThat(read.originService()).isEqualTo("checkout");
    }

    // In: what is refused

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("", CorrelationRefusal.EMPTY),
                Arguments.of(" ", CorrelationRefusal.WRONG_CHARACTER),
                Arguments.of("\t", CorrelationRefusal.CONTROL_CHARACTER),
                Arguments.of("short", CorrelationRefusal.TOO_SHORT),
                Arguments.of("x".repeat(129), CorrelationRefusal.TOO_LONG),
                Arguments.of("x".repeat(10 << 20), CorrelationRefusal.TOO_LONG),
                Arguments.of(" order-4711", CorrelationRefusal.WRONG_CHARACTER),
                Arguments.of("order-4711\r\nX-Admin: true", CorrelationRefusal.CONTROL_CHARACTER),
                Arguments.of("order-4711\0", CorrelationRefusal.CONTROL_CHARACTER),
                Arguments.of("order-4711, order-4711", CorrelationRefusal.WRONG_CHARACTER),
                Arguments.of("\u043erder-4711", CorrelationRefusal.WRONG_CHARACTER),
                Arguments.of("someone@example.com", CorrelationRefusal.WRONG_CHARACTER),
                // Bytes that are no UTF-8, as a server decodes them: by replacement, and as ISO 8859-1.
                Arguments.of(
                        new String(new byte[] {'o', 'r', 'd', 'e', 'r', (byte) 0xc3, '(', '1'}, StandardCharsets.UTF_8),
                        CorrelationRefusal.WRONG_CHARACTER),
                Arguments.of(
                        new String(
                                new byte[] {'o', 'r', 'd', 'e', 'r', (byte) 0xc0, (byte) 0x8a, '1'},
                                StandardCharsets.ISO_8859_1),
                        CorrelationRefusal.WRONG_CHARACTER));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void badId_isReplacedCountedAndKeptAsAHashOnly(String bad, CorrelationRefusal reason) {
        CorrelationContext read = read("X-Correlation-ID", bad);

        assertThat(read.correlationId()).matches(NEW_ID);
        assertThat(read.trust().outcome()).isEqualTo(Outcome.REPLACED);
        assertThat(read.trust().refusal()).isEqualTo(reason);
        String kept = bad.length() <= 1024 ? bad : bad.substring(0, 1024);
        assertThat(read.trust().refusedHash()).isEqualTo(bad.isEmpty() ? null : PSEUDONYMS.of(kept));
        assertThat(rules.counts()).isEqualTo(new CorrelationCounts(Map.of(), Map.of(reason, 1L), 0, 1, 0, 0));
        assertThat(bad.length() < 3 || !read.toString().contains(bad)).isTrue();
    }

    @Test
    void badIdInBaggage_isRefusedAfterItsEncodingIsUndone() {
        CorrelationContext read = read("baggage", "dharma.cid=order-4711%0d%0aX-Admin:%20true");

        assertThat(read.trust().refusal()).isEqualTo(CorrelationRefusal.CONTROL_CHARACTER);
    }

    @Test
    void badId_isReplacedByTheNextInTheOrder() {
        CorrelationContext read =
                read("baggage", "dharma.cid=x", "X-Correlation-ID", "bad id here", "X-Request-ID", "request-1");

        assertThat(read.correlationId()).isEqualTo("request-1");
        assertThat(read.trust())
                .isEqualTo(CorrelationTrust.replaced(
                        CorrelationSource.REQUEST_HEADER, CorrelationRefusal.TOO_SHORT, PSEUDONYMS.of("x")));
        assertThat(rules.counts().refused())
                .isEqualTo(Map.of(CorrelationRefusal.TOO_SHORT, 1L, CorrelationRefusal.WRONG_CHARACTER, 1L));
    }

    @Test
    void badRequestId_costsNothingButItself() {
        CorrelationContext read = read("X-Correlation-ID", "in-header", "X-Request-ID", "a b");

        assertThat(read.trust()).isEqualTo(CorrelationTrust.accepted(CorrelationSource.CORRELATION_HEADER));
        assertThat(read.requestId()).matches(NEW_ID);
        assertThat(rules.counts().refused()).isEqualTo(Map.of(CorrelationRefusal.WRONG_CHARACTER, 1L));
    }

    @Test
    void headerInSeveralLines_isTakenOnlyIfTheySayTheSame() {
        assertThat(read("X-Correlation-ID", "order-4711", "X-Correlation-ID", "order-4711")
                        .correlationId())
                .isEqualTo("order-4711");

        CorrelationContext ambiguous =
                read("X-Correlation-ID", "order-4711", "X-Correlation-ID", "order-4712", "traceparent", TRACEPARENT);

        assertThat(ambiguous.correlationId()).isEqualTo(TRACE);
        assertThat(ambiguous.trust().refusal()).isEqualTo(CorrelationRefusal.AMBIGUOUS);
    }

    @Test
    void entriesOfBaggageThatDisagree_areAmbiguousOnOneLineAndOnTwo() {
        Headers oneLine = Headers.of("baggage", "dharma.cid=order-4711,dharma.cid=order-4712");
        Headers twoLines =
                Headers.of("baggage", "dharma.cid=order-4711,region=eu", "baggage", "region=us,dharma.cid=order-4712");

        Headers andAgain = Headers.of("baggage", "dharma.cid=order-4711,dharma.cid=order-4712,dharma.cid=order-4711");

        for (Headers headers : List.of(oneLine, twoLines, andAgain)) {
            CorrelationContext ambiguous = in(headers.read(propagator));
            assertThat(ambiguous.correlationId()).matches(NEW_ID);
            assertThat(ambiguous.trust())
                    .isEqualTo(CorrelationTrust.replaced(
                            CorrelationSource.NEW, CorrelationRefusal.AMBIGUOUS, PSEUDONYMS.of("order-4711")));
        }
        assertThat(read("baggage", "dharma.cid=order-4711,dharma.cid=order-4711")
                        .correlationId())
                .isEqualTo("order-4711");
    }

    @Test
    void companionsInBaggageThatDisagree_areNotTaken() {
        CorrelationContext read =
                read("baggage", "dharma.cid=order-4711,dharma.rid=request-1,dharma.rid=request-2,a=1,a=2");

        assertThat(read.correlationId()).isEqualTo("order-4711");
        assertThat(read.causationId()).isNull();
    }

    @Test
    void headerWithoutEnd_isRefused() {
        Context read = propagator.extract(Context.root(), new Headers(), HostileObjects.endlessGetter("order-4711"));

        assertThat(in(read).trust().refusal()).isEqualTo(CorrelationRefusal.AMBIGUOUS);
    }

    @Test
    void getterThatThrows_leavesARequestWithANewId() {
        Context read = propagator.extract(
                Context.root(), new Headers(), HostileObjects.getter(new IllegalStateException("recycled")));

        assertThat(in(read).correlationId()).matches(NEW_ID);
        assertThat(in(read).trust().refusal()).isEqualTo(CorrelationRefusal.UNREADABLE);
        assertThat(in(read).trust().refusedHash()).isNull();
        assertThat(rules.counts().refused()).isEqualTo(Map.of(CorrelationRefusal.UNREADABLE, 1L));
    }

    @Test
    void idThatLooksLikeASecret_isRefusedWhileSomethingRedactsIt() {
        Redactor redactor = Redactor.create();
        try (SensitiveIds.Registration redaction = SensitiveIds.register(redactor::isSensitive)) {
            CorrelationContext read =
                    read("X-Correlation-ID", "4111111111111111", "X-Request-ID", "GB82WEST12345698765432");

            assertThat(read.correlationId()).matches(NEW_ID);
            assertThat(read.requestId()).matches(NEW_ID);
            assertThat(read.trust())
                    .isEqualTo(CorrelationTrust.replaced(
                            CorrelationSource.NEW, CorrelationRefusal.SENSITIVE, PSEUDONYMS.of("4111111111111111")));
            assertThat(rules.counts().refused()).isEqualTo(Map.of(CorrelationRefusal.SENSITIVE, 2L));
            assertThat(rules.counts().replaced()).isEqualTo(1);
            assertThat(read.leftOut()).isZero();
        }
    }

    /** HTTP/2, gateways and queues write names in lower case, and their maps are plain. */
    @Test
    void headers_areFoundInAPlainMapOfLowerCaseNames() {
        TextMapGetter<Map<String, String>> plain = new TextMapGetter<>() {
            @Override
            @SuppressWarnings("deprecation") // keys() is, and has to be implemented
            public Iterable<String> keys(Map<String, String> headers) {
                return headers.keySet();
            }

            @Override
            public @Nullable String get(@Nullable Map<String, String> headers, String name) {
                return headers == null ? null : headers.get(name);
            }
        };

        CorrelationContext read = in(propagator.extract(
                Context.root(), Map.of("x-correlation-id", "order-4711", "x-request-id", "request-1"), plain));

        assertThat(read.correlationId()).isEqualTo("order-4711");
        assertThat(read.requestId()).isEqualTo("request-1");
    }

    // In: whom to trust

    private static Context readFrom(CorrelationPropagation rules, @Nullable String address, Headers headers) {
        return rules.around(W3C).extract(Context.root(), headers, AddressedGetter.of(Headers.GETTER, address));
    }

    @Test
    void trustInNetworks_takesIdsOfCallersInThem() {
        CorrelationPropagation rules =
                rules(builder -> builder.trust(TrustedCallers.inNetworks(List.of("10.0.0.0/8"))));
        Headers headers =
                Headers.of("baggage", "dharma.cid=in-baggage", "X-Request-ID", "request-1", "traceparent", TRACEPARENT);

        CorrelationContext near = in(readFrom(rules, "::ffff:10.1.2.3", headers));
        CorrelationContext far = in(readFrom(rules, "192.0.2.1", headers));
        CorrelationContext unknown = in(headers.read(rules.around(W3C)));

        assertThat(near.correlationId()).isEqualTo("in-baggage");
        assertThat(near.requestId()).isEqualTo("request-1");
        for (CorrelationContext stranger : List.of(far, unknown)) {
            assertThat(stranger.correlationId()).matches(NEW_ID).isNotEqualTo(TRACE);
            assertThat(stranger.requestId()).matches(NEW_ID);
            assertThat(stranger.trust())
                    .isEqualTo(CorrelationTrust.replaced(
                            CorrelationSource.NEW, CorrelationRefusal.UNTRUSTED, PSEUDONYMS.of("in-baggage")));
        }
        assertThat(rules.counts().refused()).isEqualTo(Map.of(CorrelationRefusal.UNTRUSTED, 4L));
    }

    @Test
    void trustInNobody_takesNothing() {
        CorrelationPropagation rules = rules(builder -> builder.trust(TrustedCallers.nobody()));

        CorrelationContext read = in(
                readFrom(rules, "10.1.2.3", Headers.of("X-Correlation-ID", "in-header", "traceparent", TRACEPARENT)));

        assertThat(read.correlationId()).matches(NEW_ID).isNotEqualTo(TRACE);
        assertThat(read.trust().refusal()).isEqualTo(CorrelationRefusal.UNTRUSTED);
    }

    @Test
    void strangersTrace_isNoReasonToSpeakOfReplacement() {
        CorrelationPropagation rules = rules(builder -> builder.trust(TrustedCallers.nobody()));

        CorrelationContext read = in(Headers.of("traceparent", TRACEPARENT).read(rules.around(W3C)));

        assertThat(read.trust()).isEqualTo(CorrelationTrust.created());
    }

    // In: what is there already

    @Test
    void correlationThatIsThere_staysUnlessTheRequestBringsAnother() {
        CorrelationContext job = CorrelationContext.create();
        Context within = Correlation.stored(job, Context.root());

        assertThat(in(propagator.extract(within, new Headers(), Headers.GETTER)))
                .isSameAs(job);
        assertThat(in(propagator.extract(within, Headers.of("X-Correlation-ID", "in-header"), Headers.GETTER))
                        .correlationId())
                .isEqualTo("in-header");
    }

    @Test
    void messageOfAnotherTrace_doesNotJoinTheLoopThatTakesIt() {
        CorrelationContext loop = CorrelationContext.create();
        Context within = Correlation.stored(loop, Context.root());
        Context sameTrace = within.with(Span.wrap(
                SpanContext.create(TRACE, "0000000000000001", TraceFlags.getSampled(), TraceState.getDefault())));
        Headers message = Headers.of("traceparent", TRACEPARENT);

        assertThat(in(propagator.extract(within, message, Headers.GETTER)).correlationId())
                .isEqualTo(TRACE);
        assertThat(in(propagator.extract(sameTrace, message, Headers.GETTER))).isSameAs(loop);
    }

    @Test
    void messageWhoseIdWasRefused_doesNotJoinTheLoopThatTakesIt() {
        CorrelationContext loop = CorrelationContext.create();
        Context within = Correlation.stored(loop, Context.root());

        CorrelationContext read =
                in(propagator.extract(within, Headers.of("X-Correlation-ID", "bad id!!"), Headers.GETTER));

        assertThat(read.correlationId()).isNotEqualTo(loop.correlationId()).matches(NEW_ID);
        assertThat(read.trust().refusal()).isEqualTo(CorrelationRefusal.WRONG_CHARACTER);
        assertThat(rules.counts().replaced()).isEqualTo(1);
    }

    @Test
    void refusedRequestReadTwice_isOneRequest() {
        Headers headers = Headers.of("X-Correlation-ID", "bad id!!", "traceparent", TRACEPARENT);
        Context once = headers.read(propagator);

        assertThat(in(propagator.extract(once, headers, Headers.GETTER))).isSameAs(in(once));
        assertThat(in(propagator.extract(once, Headers.of("X-Correlation-ID", "bad id??"), Headers.GETTER)))
                .isNotSameAs(in(once));
    }

    @Test
    void requestReadTwice_isOneRequest() {
        Headers headers = Headers.of("X-Correlation-ID", "in-header");
        Context once = headers.read(propagator);

        Context twice = propagator.extract(once, headers, Headers.GETTER);

        assertThat(in(twice)).isSameAs(in(once));
    }

    @Test
    void traceAndOtherBaggage_areReadAsBefore() {
        Context read = Headers.of("traceparent", TRACEPARENT, "baggage", "dharma.cid=in-baggage,region=eu;p=1")
                .read(propagator);

        assertThat(Span.fromContext(read).getSpanContext().getTraceId()).isEqualTo(TRACE);
        assertThat(Baggage.fromContext(read).asMap().keySet()).containsExactly("region");
        assertThat(Baggage.fromContext(read).getEntry("region").getMetadata().getValue())
                .isEqualTo("p=1");
    }

    // Out

    private final CorrelationContext order = CorrelationContext.builder()
            .correlationId("order-4711")
            .requestId("request-1")
            .causationId("request-0")
            .conversationId("session-9")
            .originService("web shop")
            .user(PSEUDONYMS, "someone@example.com")
            .attribute("tenant", "acme")
            .build();

    private static Headers writtenTo(TextMapPropagator propagator, @Nullable String host, Context context) {
        Headers written = new Headers();
        propagator.inject(context, written, AddressedSetter.of(Headers.SETTER, host));
        return written;
    }

    @Test
    void allowedHost_isToldInHeaderAndBaggage() {
        Context context = Correlation.stored(
                order, Context.root().with(Baggage.builder().put("region", "eu").build()));

        Headers written = writtenTo(propagator, "stock.shop.svc.cluster.local", context);

        assertThat(written.get("X-Correlation-ID")).isEqualTo("order-4711");
        assertThat(written.lines("baggage").get(0).split(",", -1))
                .containsExactlyInAnyOrder(
                        "dharma.cid=order-4711",
                        "dharma.rid=request-1",
                        "dharma.conversation=session-9",
                        "dharma.origin=web%20shop",
                        "region=eu");
        assertThat(written.asMap()).containsOnlyKeys("baggage", "X-Correlation-ID");
        assertThat(Baggage.fromContext(context).asMap()).containsOnlyKeys("region");
    }

    @Test
    void nextService_goesOnWithTheCorrelationAndKnowsItsCause() {
        Headers written = writtenTo(propagator, "stock", Correlation.stored(order, Context.root()));

        CorrelationContext next = in(written.read(propagator));

        assertThat(next.correlationId()).isEqualTo("order-4711");
        assertThat(next.causationId()).isEqualTo("request-1");
        assertThat(next.conversationId()).isEqualTo("session-9");
        assertThat(next.originService()).isEqualTo("web shop");
        assertThat(next.requestId()).matches(NEW_ID);
        assertThat(next.userKey()).isNull();
        assertThat(next.attributes()).isEmpty();
    }

    /** What the application has in its baggage must not cost the next service the cause of its request. */
    @Test
    void fullBaggage_stillTakesCorrelation() {
        BaggageBuilder full = Baggage.builder();
        for (int i = 0; i < 64; i++) {
            full.put("a" + i, "x");
        }
        Context context = Correlation.stored(order, Context.root().with(full.build()));

        for (TextMapPropagator each : List.of(W3C, Propagators.named(List.of("jaeger")))) {
            TextMapPropagator around = rules.around(each);
            CorrelationContext next = in(writtenTo(around, "stock", context).read(around));

            assertThat(next.correlationId()).isEqualTo("order-4711");
            assertThat(next.causationId()).isEqualTo("request-1");
            assertThat(next.conversationId()).isEqualTo("session-9");
            assertThat(next.originService()).isEqualTo("web shop");
        }
    }

    @Test
    void otherHosts_areToldNothing() {
        Context context = Correlation.stored(
                order,
                Context.root()
                        .with(Baggage.builder()
                                .put("region", "eu")
                                .put("dharma.cid", "somebody's own")
                                .build()));

        for (String host : new String[] {"api.example.com", "8.8.8.8", null}) {
            Headers written = writtenTo(propagator, host, context);
            assertThat(written.asMap()).isEqualTo(Map.of("baggage", List.of("region=eu")));
        }
        Headers bySetter = Headers.written(propagator, context);
        assertThat(bySetter.asMap()).isEqualTo(Map.of("baggage", List.of("region=eu")));
        assertThat(rules.counts().withheld()).isEqualTo(4);
    }

    @Test
    void whereAllHostsAreAllowed_amereSetterIsEnough() {
        TextMapPropagator everywhere = rules(builder -> builder.outbound(OutboundHosts.of(List.of("*"))))
                .around(W3C);

        assertThat(Headers.written(everywhere, Correlation.stored(order, Context.root()))
                        .get("X-Correlation-ID"))
                .isEqualTo("order-4711");
    }

    @Test
    void contextWithoutCorrelation_isWrittenAsBefore() {
        Headers written = writtenTo(
                propagator, "stock", Headers.of("traceparent", TRACEPARENT).read(W3C));

        assertThat(written.asMap()).isEqualTo(Map.of("traceparent", List.of(TRACEPARENT)));
        assertThat(rules.counts().withheld()).isZero();
    }

    @Test
    void withoutBaggage_theHeaderIsAllThatLeaves() {
        TextMapPropagator alone = rules.around(TextMapPropagator.noop());

        Headers written = writtenTo(alone, "stock", Correlation.stored(order, Context.root()));

        assertThat(written.asMap()).isEqualTo(Map.of("X-Correlation-ID", List.of("order-4711")));
        assertThat(in(written.read(alone)).correlationId()).isEqualTo("order-4711");
    }

    @Test
    void setterThatThrows_isContainedAndCounted() {
        TextMapSetter<Headers> readOnly = (carrier, name, value) -> {
            throw new UnsupportedOperationException("read only");
        };
        Context context = Correlation.stored(order, Context.root());

        propagator.inject(context, new Headers(), AddressedSetter.of(readOnly, "stock"));
        rules.echo(context, new Headers(), readOnly);

        assertThat(rules.counts().unwritten()).isEqualTo(2);
    }

    @Test
    void setterThatDoesNotSayWhereItGoes_writesTheRest() {
        AddressedSetter<Headers> lost = new AddressedSetter<>() {
            @Override
            public String destinationHost(@Nullable Headers carrier) {
                throw new IllegalStateException("no destination");
            }

            @Override
            public void set(@Nullable Headers carrier, String key, String value) {
                Headers.SETTER.set(carrier, key, value);
            }
        };
        Headers written = new Headers();

        propagator.inject(
                Correlation.stored(order, Headers.of("traceparent", TRACEPARENT).read(W3C)), written, lost);

        assertThat(written.asMap()).containsOnlyKeys("traceparent");
    }

    // Echo

    @Test
    void response_echoesTheId() {
        Headers response = new Headers();

        rules.echo(Correlation.stored(order, Context.root()), response, Headers.SETTER);

        assertThat(response.asMap()).isEqualTo(Map.of("X-Correlation-ID", List.of("order-4711")));
    }

    @Test
    void response_echoesNothingWithoutACorrelationOrWhenTurnedOff() {
        Headers response = new Headers();

        rules.echo(Context.root(), response, Headers.SETTER);
        rules(builder -> builder.echo(false)).echo(Correlation.stored(order, Context.root()), response, Headers.SETTER);

        assertThat(response.isEmpty()).isTrue();
    }

    // Turned off

    private final TextMapPropagator passing = rules.passingOn(W3C, "4111111111111111"::equals);

    @Test
    void passingOn_handsOnWhatCameToTheSameHosts() {
        Context request = Headers.of(
                        "X-Correlation-ID",
                        "order-4711",
                        "baggage",
                        "dharma.cid=order-4711,dharma.rid=request-0,dharma.origin=web%20shop,region=eu")
                .read(passing);

        Headers near = writtenTo(passing, "stock", request);
        Headers far = writtenTo(passing, "api.example.com", request);

        assertThat(Correlation.from(request)).isNull();
        assertThat(near.get("X-Correlation-ID")).isEqualTo("order-4711");
        assertThat(near.lines("baggage").get(0).split(",", -1))
                .containsExactlyInAnyOrder(
                        "dharma.cid=order-4711", "dharma.rid=request-0", "dharma.origin=web%20shop", "region=eu");
        assertThat(far.asMap()).isEqualTo(Map.of("baggage", List.of("region=eu")));
    }

    @Test
    void passingOn_makesNothing() {
        Headers written = writtenTo(
                passing, "stock", Headers.of("X-Request-ID", "request-1").read(passing));

        assertThat(written.isEmpty()).isTrue();
    }

    @Test
    void passingOn_doesNotHandOnWhatIsRefused() {
        for (String id : List.of("bad id!!", "4111111111111111")) {
            Context request = Headers.of("X-Correlation-ID", id).read(passing);
            assertThat(writtenTo(passing, "stock", request).isEmpty()).isTrue();
        }
        TextMapPropagator suspicious =
                rules(builder -> builder.trust(TrustedCallers.nobody())).passingOn(W3C, value -> false);
        Context stranger = Headers.of("X-Correlation-ID", "order-4711", "baggage", "dharma.cid=order-4711")
                .read(suspicious);
        assertThat(writtenTo(suspicious, "stock", stranger).isEmpty()).isTrue();
        Context unreadable = passing.extract(
                Context.root(), new Headers(), HostileObjects.getter(new IllegalStateException("recycled")));
        assertThat(writtenTo(passing, "stock", unreadable).isEmpty()).isTrue();
    }

    @Test
    void passingOn_writesWhatTheApplicationBegan() {
        Context request = Headers.of("X-Correlation-ID", "in-header").read(passing);

        assertThat(writtenTo(passing, "stock", Correlation.stored(order, request))
                        .get("X-Correlation-ID"))
                .isEqualTo("order-4711");
        assertThat(passing.fields()).containsExactly("traceparent", "tracestate", "baggage", "X-Correlation-ID");
    }

    // Settings

    @Test
    void headers_haveTheNamesThatAreConfigured() {
        CorrelationPropagation named =
                rules(builder -> builder.correlationHeader("X-Acme-Flow").requestHeader("X-Acme-Call"));
        TextMapPropagator propagator = named.around(W3C);

        CorrelationContext read = in(Headers.of("x-acme-flow", "flow-4711", "x-acme-call", "call-0001")
                .read(propagator));

        assertThat(read.correlationId()).isEqualTo("flow-4711");
        assertThat(read.requestId()).isEqualTo("call-0001");
        assertThat(writtenTo(propagator, "stock", Correlation.stored(read, Context.root()))
                        .get("X-Acme-Flow"))
                .isEqualTo("flow-4711");
        assertThat(propagator.fields()).containsExactly("traceparent", "tracestate", "baggage", "X-Acme-Flow");
    }

    @Test
    void oneHeaderForBoth_isTheCorrelations() {
        TextMapPropagator propagator =
                rules(builder -> builder.correlationHeader("x-request-id")).around(W3C);

        CorrelationContext read = in(Headers.of("X-Request-ID", "request-1").read(propagator));

        assertThat(read.correlationId()).isEqualTo("request-1");
        assertThat(read.trust().source()).isEqualTo(CorrelationSource.CORRELATION_HEADER);
        assertThat(read.requestId()).matches(NEW_ID);
    }

    @Test
    void nameThatIsNoHeader_isRefusedAtOnce() {
        for (String name : List.of("", "X Correlation", "X-Correlation:", "X\r\nY", "\u00dc-ID")) {
            assertThatThrownBy(() -> CorrelationPropagation.builder().correlationHeader(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no name of a header");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "traceparent",
                "Baggage",
                "b3",
                "X-B3-TraceId",
                "uberctx-flow",
                "Content-Length",
                "Set-Cookie",
                "Host"
            })
    void headerWithAnotherMeaning_isRefusedAtOnce(String name) {
        assertThatThrownBy(() -> CorrelationPropagation.builder().correlationHeader(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has another meaning");
        assertThatThrownBy(() -> CorrelationPropagation.builder().requestHeader(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void rules_sayWhatTheyAre() {
        assertThat(rules(builder -> builder.outbound(OutboundHosts.none())))
                .hasToString("CorrelationPropagation{headers X-Correlation-ID and X-Request-ID, trust VALID,"
                        + " outbound [], echo true}");
    }
}
