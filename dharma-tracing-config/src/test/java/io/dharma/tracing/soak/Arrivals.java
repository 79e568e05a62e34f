package io.dharma.tracing.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.dharma.tracing.testsupport.faults.History;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What the collector got: remembers ids, and what is wrong with anything. For any thread. */
final class Arrivals implements Consumer<Message> {

    private static final int MOST_COMPLAINTS = 20;

    private final History spans;
    private final History logs;
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicLong declined = new AtomicLong();
    private final AtomicLong blocksMeasured = new AtomicLong();

    /** @param logs knows log records by the id of the span that they were written in */
    Arrivals(History spans, History logs) {
        this.spans = spans;
        this.logs = logs;
    }

    /** What should not be, in words; the first of it. */
    List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** How many spans arrived that failed, those that came twice counted twice. */
    long declined() {
        return declined.get();
    }

    /** How many blocks there were, going by the metrics. */
    long blocksMeasured() {
        return blocksMeasured.get();
    }

    @Override
    public void accept(Message message) {
        PlantedSecrets.in(message.toByteString().toString(ISO_8859_1))
                .forEach(secret -> complain(
                        secret + " in " + message.getDescriptorForType().getName()));
        if (message instanceof ExportTraceServiceRequest traces) {
            spansOf(traces).forEach(this::span);
        } else if (message instanceof ExportLogsServiceRequest records) {
            recordsOf(records).forEach(record -> logs.delivered(id(record.getSpanId())));
        } else if (message instanceof ExportMetricsServiceRequest metrics) {
            // Totals since the start, of which an older one may be overtaken.
            blocksMeasured.accumulateAndGet(blocksIn(metrics), Math::max);
        }
    }

    private static Stream<Span> spansOf(ExportTraceServiceRequest traces) {
        return traces.getResourceSpansList().stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream());
    }

    private static Stream<LogRecord> recordsOf(ExportLogsServiceRequest records) {
        return records.getResourceLogsList().stream()
                .flatMap(resource -> resource.getScopeLogsList().stream())
                .flatMap(scope -> scope.getLogRecordsList().stream());
    }

    private static long blocksIn(ExportMetricsServiceRequest metrics) {
        return metrics.getResourceMetricsList().stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream())
                .filter(metric -> metric.getName().equals("dharma.block.duration"))
                .flatMap(metric -> metric.getHistogram().getDataPointsList().stream())
                .mapToLong(HistogramDataPoint::getCount)
                .sum();
    }

    private static String id(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private void span(Span span) {
        spans.delivered(id(span.getSpanId()));
        boolean shouldFail = value(span.getAttributesList(), Orders.DECLINED).getBoolValue();
        boolean failed = span.getStatus().getCode() == StatusCode.STATUS_CODE_ERROR;
        if (failed != shouldFail) {
            complain((failed ? "failed, and should not have: " : "without its failure: ") + span);
        }
        if (failed) {
            declined.incrementAndGet();
        }
        if (shouldFail && span.getName().equals(Orders.CHARGE) && !tellsWhy(span)) {
            complain("without its error: " + span);
        }
        if (span.getAttributesCount() == 0) {
            complain("without attributes: " + span);
        }
    }

    /** The declined card with its stack trace, and what caused it behind all those frames. */
    private static boolean tellsWhy(Span span) {
        return span.getEventsList().stream()
                .filter(event -> event.getName().equals("exception"))
                .map(event ->
                        value(event.getAttributesList(), "exception.stacktrace").getStringValue())
                .anyMatch(trace -> trace.contains("CardDeclined: declined card")
                        && trace.contains("Orders.decline(")
                        && trace.contains("Caused by: java.lang.IllegalStateException: the bank said no"));
    }

    private static AnyValue value(List<KeyValue> attributes, String key) {
        return attributes.stream()
                .filter(attribute -> attribute.getKey().equals(key))
                .map(KeyValue::getValue)
                .findFirst()
                .orElse(AnyValue.getDefaultInstance());
    }

    private void complain(String complaint) {
        if (complaints.size() < MOST_COMPLAINTS) {
            complaints.add(complaint);
        }
    }
}
