package io.dharma.tracing.internal.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.management.ThreadMXBean;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a record holds: it is malformed or it is a span, which says what protobuf's own classes read, is written and
 * read again as the same, and took no more heap than was promised.
 */
class SpanCodecFuzzTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What the fuzzer's hooks and the first exception of a kind take. */
    private static final int NOT_OURS = 16 * 1024;

    @FuzzTest
    void record(byte[] record) throws MalformedOtlpException {
        SpanData span = decoded(record);
        if (span == null) {
            return;
        }
        assertReadAsByProtobuf(span, record);

        byte[] written = new SpanCodec().encode(span);

        SpanData again = new SpanCodec().decode(written);
        assertThat(SpanFacts.of(again)).isEqualTo(SpanFacts.of(span));
        assertThat(new SpanCodec().encode(again)).isEqualTo(written);
        assertReadAsByProtobuf(span, written);
    }

    /** Null if it is malformed. */
    private static @Nullable SpanData decoded(byte[] record) {
        // The first time loads classes, which the fuzzer rewrites.
        SpanData span = decoded(record, new SpanCodec());
        // Another codec, since the first one has the resource already.
        SpanCodec codec = new SpanCodec();
        long before = THREADS.getCurrentThreadAllocatedBytes();

        SpanData again = decoded(record, codec);

        long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(taken).isLessThanOrEqualTo(NOT_OURS + (long) SpanCodec.HEAP_PER_BYTE * record.length);
        assertThat(again == null).isEqualTo(span == null);
        return span;
    }

    private static @Nullable SpanData decoded(byte[] record, SpanCodec codec) {
        try {
            return codec.decode(record);
        } catch (MalformedOtlpException e) {
            assertThat(e).hasMessageContaining("at byte");
            return null;
        }
    }

    /** As far as protobuf can read it: it is stricter with texts, and with how deep messages are. */
    private static void assertReadAsByProtobuf(SpanData span, byte[] record) {
        List<Span> spans = spans(record);
        if (spans.isEmpty()) {
            return;
        }
        assertThat(spans).hasSize(1);
        Span expected = spans.get(0);
        assertThat(span.getName()).isEqualTo(expected.getName());
        assertThat(span.getStartEpochNanos()).isEqualTo(expected.getStartTimeUnixNano());
        assertThat(span.getEndEpochNanos()).isEqualTo(expected.getEndTimeUnixNano());
        assertThat(span.getStatus().getDescription())
                .isEqualTo(expected.getStatus().getMessage());
        assertThat(span.getEvents())
                .extracting(event -> event.getName() + " " + event.getEpochNanos())
                .isEqualTo(expected.getEventsList().stream()
                        .map(event -> event.getName() + " " + event.getTimeUnixNano())
                        .toList());
        assertThat(span.getLinks()).hasSameSizeAs(expected.getLinksList());
    }

    private static List<Span> spans(byte[] record) {
        List<Span> spans = new ArrayList<>();
        try {
            ExportTraceServiceRequest.parseFrom(record)
                    .getResourceSpansList()
                    .forEach(resource ->
                            resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList())));
        } catch (InvalidProtocolBufferException e) {
            return List.of();
        }
        return spans;
    }
}
