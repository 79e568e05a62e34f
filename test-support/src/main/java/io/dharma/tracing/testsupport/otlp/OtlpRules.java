package io.dharma.tracing.testsupport.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the comments of the OTLP messages demand beyond their shape.
 *
 * <p>Source: opentelemetry-proto, the files trace.proto, metrics.proto, logs.proto and common.proto.
 */
final class OtlpRules {

    private final List<String> violations = new ArrayList<>();

    private OtlpRules() {}

    /** Every rule that one of the three requests breaks, in words. */
    static List<String> check(Message request) {
        OtlpRules rules = new OtlpRules();
        if (request instanceof ExportTraceServiceRequest traces) {
            rules.traces(traces);
        } else if (request instanceof ExportMetricsServiceRequest metrics) {
            rules.metrics(metrics);
        } else if (request instanceof ExportLogsServiceRequest logs) {
            rules.logs(logs);
        }
        return rules.violations;
    }

    private void traces(ExportTraceServiceRequest request) {
        require(request.getResourceSpansCount() > 0, "a trace request without spans");
        request.getResourceSpansList().forEach(resource -> {
            resource(resource.getResource());
            resource.getScopeSpansList().forEach(scope -> scope.getSpansList().forEach(this::span));
        });
    }

    private void metrics(ExportMetricsServiceRequest request) {
        require(request.getResourceMetricsCount() > 0, "a metrics request without metrics");
        request.getResourceMetricsList().forEach(resource -> {
            resource(resource.getResource());
            resource.getScopeMetricsList()
                    .forEach(scope -> scope.getMetricsList().forEach(this::metric));
        });
    }

    private void logs(ExportLogsServiceRequest request) {
        require(request.getResourceLogsCount() > 0, "a logs request without records");
        request.getResourceLogsList().forEach(resource -> {
            resource(resource.getResource());
            resource.getScopeLogsList()
                    .forEach(scope -> scope.getLogRecordsList().forEach(this::log));
        });
    }

    private void resource(Resource resource) {
        attributes(resource.getAttributesList(), "resource");
    }

    private void span(Span span) {
        String where = "span '" + span.getName() + "'";
        require(!span.getName().isEmpty(), "a span without a name");
        identity(span.getTraceId(), 16, where + ": trace id");
        identity(span.getSpanId(), 8, where + ": span id");
        if (!span.getParentSpanId().isEmpty()) {
            identity(span.getParentSpanId(), 8, where + ": parent span id");
            require(!span.getParentSpanId().equals(span.getSpanId()), where + ": is its own parent");
        }
        require(span.getStartTimeUnixNano() > 0, where + ": no start time");
        require(span.getEndTimeUnixNano() >= span.getStartTimeUnixNano(), where + ": ends before it starts");
        require(
                span.getKind() != Span.SpanKind.UNRECOGNIZED && span.getKind() != Span.SpanKind.SPAN_KIND_UNSPECIFIED,
                where + ": no kind");
        attributes(span.getAttributesList(), where);
        for (Span.Event event : span.getEventsList()) {
            require(!event.getName().isEmpty(), where + ": an event without a name");
            require(event.getTimeUnixNano() > 0, where + ": an event without a time");
            attributes(event.getAttributesList(), where + ", event '" + event.getName() + "'");
        }
        for (Span.Link link : span.getLinksList()) {
            identity(link.getTraceId(), 16, where + ": a link's trace id");
            identity(link.getSpanId(), 8, where + ": a link's span id");
            attributes(link.getAttributesList(), where + ", link");
        }
    }

    private void metric(Metric metric) {
        String where = "metric '" + metric.getName() + "'";
        require(!metric.getName().isEmpty(), "a metric without a name");
        require(metric.getDataCase() != Metric.DataCase.DATA_NOT_SET, where + ": no data");
        metric.getGauge().getDataPointsList().forEach(point -> number(point, where));
        metric.getSum().getDataPointsList().forEach(point -> number(point, where));
        metric.getHistogram().getDataPointsList().forEach(point -> histogram(point, where));
        metric.getExponentialHistogram().getDataPointsList().forEach(point -> {
            times(point.getStartTimeUnixNano(), point.getTimeUnixNano(), where);
            attributes(point.getAttributesList(), where);
        });
    }

    private void number(NumberDataPoint point, String where) {
        times(point.getStartTimeUnixNano(), point.getTimeUnixNano(), where);
        attributes(point.getAttributesList(), where);
    }

    private void histogram(HistogramDataPoint point, String where) {
        times(point.getStartTimeUnixNano(), point.getTimeUnixNano(), where);
        attributes(point.getAttributesList(), where);
        if (point.getBucketCountsCount() > 0) {
            require(
                    point.getBucketCountsCount() == point.getExplicitBoundsCount() + 1,
                    where + ": " + point.getBucketCountsCount() + " buckets for " + point.getExplicitBoundsCount()
                            + " bounds");
            long sum = point.getBucketCountsList().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            require(sum == point.getCount(), where + ": buckets hold " + sum + " of " + point.getCount());
        }
    }

    private void log(LogRecord log) {
        if (!log.getTraceId().isEmpty()) {
            identity(log.getTraceId(), 16, "log record: trace id");
        }
        if (!log.getSpanId().isEmpty()) {
            identity(log.getSpanId(), 8, "log record: span id");
            require(!log.getTraceId().isEmpty(), "log record: a span id without a trace id");
        }
        require(
                log.getTimeUnixNano() != 0 || log.getObservedTimeUnixNano() != 0,
                "log record: neither a time nor an observed time");
        require(log.getSeverityNumberValue() >= 0 && log.getSeverityNumberValue() <= 24, "log record: severity");
        attributes(log.getAttributesList(), "log record");
    }

    private void times(long start, long end, String where) {
        require(end > 0, where + ": no time");
        require(end >= start, where + ": ends before it starts");
    }

    private void identity(ByteString id, int length, String where) {
        require(id.size() == length, where + " has " + id.size() + " bytes, not " + length);
        require(!isZero(id), where + " is all zeros");
    }

    private static boolean isZero(ByteString id) {
        for (int i = 0; i < id.size(); i++) {
            if (id.byteAt(i) != 0) {
                return false;
            }
        }
        return !id.isEmpty();
    }

    private void attributes(List<KeyValue> attributes, String where) {
        Set<String> keys = new HashSet<>();
        for (KeyValue attribute : attributes) {
            require(!attribute.getKey().isEmpty(), where + ": an attribute without a key");
            require(keys.add(attribute.getKey()), where + ": attribute '" + attribute.getKey() + "' is there twice");
        }
    }

    private void require(boolean holds, String violation) {
        if (!holds) {
            violations.add(violation);
        }
    }
}
