package io.dharma.tracing.internal.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpanCodecTest {

    private static final int SPANS = 3_000;
    private static final long SEED = 20_260_101;

    private final SpanCodec codec = new SpanCodec();
    private final RandomTelemetry telemetry = new RandomTelemetry(SEED);

    @Test
    void span_comesBackAsItWasWritten() throws MalformedOtlpException {
        for (int i = 0; i < SPANS; i++) {
            SpanData span = telemetry.span();

            assertThat(SpanFacts.of(codec.decode(codec.encode(span))))
                    .as("span %s of seed %s", i, SEED)
                    .isEqualTo(SpanFacts.of(span));
        }
    }

    @Test
    void record_isTheSameWhenItIsWrittenAgain() throws MalformedOtlpException {
        for (int i = 0; i < SPANS; i++) {
            byte[] record = codec.encode(telemetry.span());

            assertThat(codec.encode(codec.decode(record)))
                    .as("span %s of seed %s", i, SEED)
                    .isEqualTo(record);
        }
    }

    @Test
    void record_readsTheSameFromABufferOfAnyKind() throws MalformedOtlpException {
        SpanData span = telemetry.span();
        byte[] record = codec.encode(span);
        ByteBuffer within = ByteBuffer.allocate(record.length + 20);
        within.position(7).limit(7 + record.length);
        within.duplicate().put(record);
        ByteBuffer direct = ByteBuffer.allocateDirect(record.length).put(record).flip();

        assertThat(SpanFacts.of(codec.decode(within))).isEqualTo(SpanFacts.of(span));
        assertThat(within.position()).isEqualTo(7);
        assertThat(SpanFacts.of(codec.decode(within.slice()))).isEqualTo(SpanFacts.of(span));
        assertThat(SpanFacts.of(codec.decode(direct))).isEqualTo(SpanFacts.of(span));
        assertThat(SpanFacts.of(codec.decode(within.asReadOnlyBuffer()))).isEqualTo(SpanFacts.of(span));
        assertThat(direct.remaining()).isEqualTo(record.length);
    }

    @Test
    void sharedBuffer_holdsTheSameRecordAsAnArrayOfItsOwn() {
        for (int i = 0; i < 100; i++) {
            SpanData span = telemetry.span();
            byte[] record = codec.encode(span);

            assertThat(codec.encodeShared(span)).isEqualTo(ByteBuffer.wrap(record));
        }
    }

    @Test
    void records_behindOneAnotherMakeARequest() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        List<SpanData> spans = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            spans.add(telemetry.span());
            file.write(codec.encode(spans.get(i)));
        }

        ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(file.toByteArray());

        assertThat(request.getResourceSpansList())
                .extracting(resource -> resource.getScopeSpans(0).getSpans(0).getName())
                .containsExactlyElementsOf(spans.stream().map(SpanData::getName).toList());
    }

    @Test
    void resourcesAndScopes_areSharedByWhatIsRead() throws MalformedOtlpException {
        Set<Object> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 1_000; i++) {
            SpanData span = codec.decode(codec.encode(telemetry.span()));
            distinct.add(span.getResource());
            distinct.add(span.getInstrumentationScopeInfo());
        }

        assertThat(distinct).hasSizeBetween(2, 6);
    }

    @Test
    void resources_thatNeverRecurAreNotKept() throws MalformedOtlpException {
        RandomTelemetry others = new RandomTelemetry(1);
        for (int i = 0; i < 1_000; i++) {
            Resource one = Resource.create(Attributes.of(AttributeKey.longKey("number"), (long) i));
            SpanData span = new DelegatingSpanData(others.span()) {
                @Override
                public Resource getResource() {
                    return one;
                }
            };

            assertThat(codec.decode(codec.encode(span)).getResource()).isEqualTo(one);
        }
    }

    @Test
    void traceState_ofLevelTwoIsKept() throws MalformedOtlpException {
        TraceState state = WrittenTraceState.of("1up=a,foo@=b=c,z=");
        SpanData span = new DelegatingSpanData(telemetry.span()) {
            @Override
            public SpanContext getSpanContext() {
                return SpanContext.create(
                        "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), state);
            }
        };

        TraceState read = codec.decode(codec.encode(span)).getSpanContext().getTraceState();

        assertThat(read).isEqualTo(state).hasSameHashCodeAs(state);
        assertThat(read.asMap().entrySet()).extracting(Map.Entry::toString).containsExactly("1up=a", "foo@=b=c", "z=");
        assertThat(read.get("foo@")).isEqualTo("b=c");
        assertThat(read.toBuilder().put("new", "1").build().asMap().keySet()).startsWith("new");
    }

    /** Each comma was once followed by a search for the next equals sign, to the end of the text. */
    @Test
    void traceState_ofCommasIsReadInTimeInProportionToItsLength() throws MalformedOtlpException {
        byte[] state = ",".repeat(1 << 20).getBytes(UTF_8);
        long start = System.nanoTime();

        SpanData span = codec.decode(request(scope(message(3, state))));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThat(span.getSpanContext().getTraceState().isEmpty()).isTrue();
    }

    @Test
    void parent_thatIsNoneHasNoFlags() throws MalformedOtlpException {
        byte[] flags = hex("85" + "01" + "01030000");
        byte[] withoutTrace = concat(message(4, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), flags);

        assertThat(codec.decode(request(scope(withoutTrace))).getParentSpanContext())
                .isEqualTo(SpanContext.getInvalid());
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "'\ud800', ?",
        "'\udc00', ?",
        "'a\ud83d', a?",
        "'\ud83d\ud83d\ude00', ?\ud83d\ude00",
        "'\udc00\ud800', ??",
        "'\uffff', '\uffff'",
        "'\ud83d\ude00', \ud83d\ude00"
    })
    void text_isAlwaysValidOnTheWire(String text, String expected) throws Exception {
        SpanData span = named(text);

        byte[] record = codec.encode(span);

        ByteString name = ExportTraceServiceRequest.parseFrom(record)
                .getResourceSpans(0)
                .getScopeSpans(0)
                .getSpans(0)
                .getNameBytes();
        assertThat(name.isValidUtf8()).isTrue();
        assertThat(name.toStringUtf8()).isEqualTo(expected);
        assertThat(codec.decode(record).getName()).isEqualTo(expected);
    }

    private SpanData named(String name) {
        return new DelegatingSpanData(telemetry.span()) {
            @Override
            public String getName() {
                return name;
            }
        };
    }

    @Test
    void textOfEveryCharacter_isWrittenAsTheJdkWritesIt() throws MalformedOtlpException {
        StringBuilder all = new StringBuilder();
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint += codePoint < 0x3000 ? 1 : 37) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                all.appendCodePoint(codePoint);
            }
        }

        assertThat(codec.decode(codec.encode(named(all.toString()))).getName()).isEqualTo(all.toString());
    }

    @Test
    void text_isValidHoweverLongItIs() throws MalformedOtlpException {
        for (int length = 0; length < 300; length++) {
            String text = "x".repeat(length) + "\ud83d" + "é".repeat(length % 7) + "\ud83d\ude00" + "\udc00";

            assertThat(codec.decode(codec.encode(named(text))).getName())
                    .isEqualTo(new String(text.getBytes(UTF_8), UTF_8));
        }
    }

    @Test
    void textOfEveryCharacterInShortPieces_isWrittenAsTheJdkWritesIt() throws MalformedOtlpException {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint += codePoint < 0x1000 ? 16 : 1601) {
            StringBuilder piece = new StringBuilder();
            for (int i = 0; i < 16 && codePoint + i <= Character.MAX_CODE_POINT; i++) {
                piece.appendCodePoint(codePoint + i);
            }

            assertThat(codec.decode(codec.encode(named(piece.toString()))).getName())
                    .isEqualTo(new String(piece.toString().getBytes(UTF_8), UTF_8));
        }
    }

    @Test
    void id_thatIsNoneIsWrittenAsZeros() throws Exception {
        for (String id : List.of("", "abc", "x".repeat(32), "٣".repeat(32), "\u00ff".repeat(32))) {
            SpanData span = withContext(new OddContext(id));

            Span written = ExportTraceServiceRequest.parseFrom(codec.encode(span))
                    .getResourceSpans(0)
                    .getScopeSpans(0)
                    .getSpans(0);

            assertThat(written.getTraceId()).isEqualTo(ByteString.copyFrom(new byte[16]));
            assertThat(written.getSpanId()).isEqualTo(ByteString.copyFrom(new byte[8]));
        }
    }

    private SpanData withContext(SpanContext context) {
        return new DelegatingSpanData(telemetry.span()) {
            @Override
            public SpanContext getSpanContext() {
                return context;
            }
        };
    }

    /** A custom context can say anything. */
    private record OddContext(String getTraceId) implements SpanContext {

        @Override
        public String getSpanId() {
            return getTraceId;
        }

        @Override
        public TraceFlags getTraceFlags() {
            return TraceFlags.getDefault();
        }

        @Override
        public TraceState getTraceState() {
            return TraceState.getDefault();
        }

        @Override
        public boolean isRemote() {
            return false;
        }
    }

    @Test
    void value_nestedTooDeeplyBecomesATextThatSaysSo() throws Exception {
        Value<?> deep = Value.of("bottom");
        for (int i = 0; i < 10_000; i++) {
            deep = i % 2 == 0 ? Value.of(deep) : Value.of(Map.of("k", deep));
        }
        SpanData span = attributed(Attributes.of(AttributeKey.valueKey("deep"), deep));

        byte[] record = codec.encode(span);

        assertThat(ExportTraceServiceRequest.parseFrom(record).getResourceSpansCount())
                .isEqualTo(1);
        assertThat(new String(record, UTF_8))
                .contains(AttributesWriter.TOO_DEEP)
                .doesNotContain("bottom");
        assertThat(codec.encode(codec.decode(record))).isEqualTo(record);
    }

    private SpanData attributed(Attributes attributes) {
        return new DelegatingSpanData(telemetry.span()) {
            @Override
            public Attributes getAttributes() {
                return attributes;
            }

            @Override
            public int getTotalAttributeCount() {
                return 1;
            }
        };
    }

    @Test
    void list_withANullKeepsItsPlaces() throws MalformedOtlpException {
        SpanData span = attributed(Attributes.of(AttributeKey.stringArrayKey("list"), Arrays.asList("a", null, "c")));

        Attributes read = codec.decode(codec.encode(span)).getAttributes();

        assertThat(read)
                .isEqualTo(Attributes.of(
                        AttributeKey.valueKey("list"), Value.of(Value.of("a"), Value.empty(), Value.of("c"))));
    }

    @Test
    void field_thatIsUnknownOrOfAnotherTypeIsPassedOver() throws Exception {
        byte[] record = codec.encode(telemetry.span());
        Span span = ExportTraceServiceRequest.parseFrom(record)
                .getResourceSpans(0)
                .getScopeSpans(0)
                .getSpans(0);
        byte[] unknown =
                HexFormat.of().parseHex("a83f05" + "b23f0161" + "bd3f01020304" + "b93f0102030405060708" + "2805");
        byte[] longer = concat(span.toByteArray(), unknown);

        SpanData read = codec.decode(request(scope(longer)));

        assertThat(read.getName()).isEqualTo(span.getName());
        assertThat(read.getStatus().getDescription()).isEqualTo(span.getStatus().getMessage());
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] scope(byte[] span) {
        return message(2, message(2, span));
    }

    private static byte[] request(byte[] resourceSpans) {
        return message(1, resourceSpans);
    }

    private static byte[] message(int field, byte[] content) {
        ProtoWriter out = new ProtoWriter();
        out.message(field, content);
        return out.toByteArray();
    }

    @Test
    void message_withNothingInItIsASpanWithNothingInIt() throws MalformedOtlpException {
        SpanData span = codec.decode(request(scope(new byte[0])));

        assertThat(span.getSpanContext().isValid()).isFalse();
        assertThat(span.getParentSpanContext().isValid()).isFalse();
        assertThat(span.getName()).isEmpty();
        assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(span.hasEnded()).isFalse();
        assertThat(span.getResource()).isEqualTo(Resource.empty());
        assertThat(span.getInstrumentationScopeInfo().getName()).isEmpty();
        assertThat(span.getInstrumentationScopeInfo().getVersion()).isNull();
    }

    static Stream<Arguments> malformed() {
        byte[] tooDeep = new byte[0];
        for (int i = 0; i < OtlpFields.DEEPEST_VALUE + 1; i++) {
            tooDeep = message(5, message(1, tooDeep));
        }
        return Stream.of(
                Arguments.of("nothing", new byte[0]),
                Arguments.of("no span", request(message(2, new byte[0]))),
                Arguments.of("two spans", request(message(2, concat(message(2, hex("")), message(2, hex("")))))),
                Arguments.of("two records", concat(request(scope(hex(""))), request(scope(hex(""))))),
                Arguments.of("a length that is missing", hex("0a")),
                Arguments.of("a length that breaks off", hex("0aff")),
                Arguments.of("a length of 32 GiB", hex("0affffffff7f")),
                Arguments.of("a length of -1", hex("0affffffffffffffffff01")),
                Arguments.of("a length beyond the message", hex("0a05080112")),
                Arguments.of("a number without end", hex("ffffffffffffffffffffffff")),
                Arguments.of("field number zero", hex("00")),
                Arguments.of("a group", hex("0b0c")),
                Arguments.of("wire type seven", hex("0f")),
                Arguments.of("a time that breaks off", request(scope(hex("3901020304")))),
                Arguments.of("flags that break off", request(scope(hex("85010102")))),
                Arguments.of("a trace id of 15 bytes", request(scope(message(1, new byte[15])))),
                Arguments.of("a span id of 16 bytes", request(scope(message(2, new byte[16])))),
                Arguments.of("a link with a long id", request(scope(message(13, message(1, new byte[17]))))),
                Arguments.of("an attribute that is longer than its span", request(scope(hex("4a7f0a0161")))),
                Arguments.of("a value too deep", request(scope(message(9, message(2, tooDeep))))),
                Arguments.of("a resource that breaks off", request(concat(message(1, hex("0a7f")), scope(hex(""))))),
                Arguments.of(
                        "a resource with a name that is not ASCII",
                        request(concat(message(1, message(1, message(1, hex("c3a4")))), scope(hex(""))))),
                Arguments.of(
                        "a scope that breaks off",
                        request(message(2, concat(message(1, hex("0a7f")), message(2, hex("")))))));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void record_thatIsMalformedSaysSo(String what, byte[] record) {
        assertThatExceptionOfType(MalformedOtlpException.class)
                .as(what)
                .isThrownBy(() -> codec.decode(record))
                .withMessageContaining("at byte");
    }

    @Test
    void record_cutOffAnywhereIsMalformed() {
        byte[] record = codec.encode(telemetry.span());
        for (int length = 0; length < record.length; length++) {
            byte[] cut = Arrays.copyOf(record, length);

            assertThatExceptionOfType(MalformedOtlpException.class).isThrownBy(() -> codec.decode(cut));
        }
    }

    @Test
    void record_thatIsDamagedIsASpanOrMalformed() {
        Random random = telemetry.random();
        int malformed = 0;
        for (int i = 0; i < 8_000; i++) {
            byte[] record = codec.encode(telemetry.span());
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                record[random.nextInt(record.length)] = (byte) random.nextInt(256);
            }
            malformed += isMalformed(record) ? 1 : 0;
        }
        for (int i = 0; i < 8_000; i++) {
            byte[] garbage = new byte[random.nextInt(64)];
            random.nextBytes(garbage);
            malformed += isMalformed(garbage) ? 1 : 0;
        }

        assertThat(malformed).isBetween(8_000, 16_000);
    }

    /** Whatever else it throws fails the test. What was read can be written. */
    private boolean isMalformed(byte[] record) {
        try {
            codec.encode(codec.decode(record));
            return false;
        } catch (MalformedOtlpException e) {
            return true;
        }
    }

    static Stream<Arguments> costly() {
        Span.Builder nested = Span.newBuilder();
        AnyValue deep = AnyValue.getDefaultInstance();
        for (int i = 0; i < OtlpFields.DEEPEST_VALUE; i++) {
            deep = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(deep))
                    .build();
        }
        for (int i = 0; i < 500; i++) {
            nested.addAttributesBuilder().setKey("k").setValue(deep);
        }
        return Stream.of(
                Arguments.of("nothing", new byte[0]),
                Arguments.of("empty events", repeated("5a00", 50_000)),
                Arguments.of("empty links", repeated("6a00", 50_000)),
                Arguments.of("empty attributes", repeated("4a00", 50_000)),
                Arguments.of("short attributes", repeated("4a070a016112020801", 10_000)),
                Arguments.of("events with an empty attribute", repeated("5a021a00", 25_000)),
                Arguments.of("links with an empty attribute", repeated("6a022200", 25_000)),
                Arguments.of("links with a trace state", repeated("6a051a03613d62", 10_000)),
                Arguments.of("an array of nothings", message(9, message(2, message(5, repeated("0a00", 50_000))))),
                Arguments.of("an array of truths", message(9, message(2, message(5, repeated("0a021001", 25_000))))),
                Arguments.of("a map of nothings", message(9, message(2, message(6, repeated("0a00", 50_000))))),
                Arguments.of("arrays in arrays", nested.build().toByteArray()),
                Arguments.of(
                        "a trace state of many",
                        message(3, "a=,b=,c=,d=,".repeat(5_000).getBytes(UTF_8))),
                Arguments.of("a text of bytes that are none", message(5, repeated("ff", 100_000))));
    }

    private static byte[] repeated(String hex, int times) {
        return hex(hex.repeat(times));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("costly")
    void decoding_takesNoMoreHeapThanPromised(String what, byte[] span) throws MalformedOtlpException {
        byte[] record = request(scope(span));
        codec.decode(record);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        codec.decode(record);

        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(taken)
                .as("bytes of heap for %s bytes of %s", record.length, what)
                .isLessThanOrEqualTo(1024 + (long) SpanCodec.HEAP_PER_BYTE * record.length);
    }

    @Test
    void span_thatCannotBeReadLeavesTheCodecWhole() throws MalformedOtlpException {
        SpanData span = telemetry.span();
        SpanData hostile = new DelegatingSpanData(span) {
            @Override
            public List<EventData> getEvents() {
                throw new UnsupportedOperationException();
            }
        };

        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> codec.encode(hostile));

        assertThat(SpanFacts.of(codec.decode(codec.encode(span)))).isEqualTo(SpanFacts.of(span));
    }
}
