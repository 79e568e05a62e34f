package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.Request;
import io.dharma.tracing.internal.otlp.OtlpFields.ResourceRecords;
import io.dharma.tracing.internal.otlp.OtlpFields.ScopeRecords;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Turns a batch into the bytes of an OTLP request: an {@code ExportTraceServiceRequest}, an
 * {@code ExportMetricsServiceRequest} or an {@code ExportLogsServiceRequest}.
 *
 * <p>The three are built alike: records by scope, scopes by resource, each resource and each scope once and in the order
 * in which they first occur. {@link ProtoWriter} says how the bytes come about.
 *
 * <p>For any thread; one waits for another. Costs nothing before the first batch, and keeps a buffer of up to 512 KiB
 * from one to the next.
 */
public final class OtlpEncoder<T> {

    private static final int MOST_TO_KEEP = 512 * 1024;

    /** Guesses, of which only the number of digits matters; see {@link ProtoWriter#begin}. */
    private static final int ORDINARY_RECORD = 256;

    private final Function<T, Resource> resource;
    private final Function<T, InstrumentationScopeInfo> scope;
    private final MessageWriting<T> record;
    private final ProtoWriter out = new ProtoWriter();

    private OtlpEncoder(
            Function<T, Resource> resource, Function<T, InstrumentationScopeInfo> scope, MessageWriting<T> record) {
        this.resource = resource;
        this.scope = scope;
        this.record = record;
    }

    /** Of spans. */
    public static OtlpEncoder<SpanData> spans() {
        return new OtlpEncoder<>(SpanData::getResource, SpanData::getInstrumentationScopeInfo, SpanWriter::write);
    }

    /** Of log records. */
    public static OtlpEncoder<LogRecordData> logs() {
        return new OtlpEncoder<>(
                LogRecordData::getResource, LogRecordData::getInstrumentationScopeInfo, LogWriter::write);
    }

    /** Of metrics. */
    public static OtlpEncoder<MetricData> metrics() {
        return new OtlpEncoder<>(MetricData::getResource, MetricData::getInstrumentationScopeInfo, MetricWriter::write);
    }

    /**
     * Encodes one batch.
     *
     * @throws RuntimeException whatever a record threw while it was read
     */
    public synchronized byte[] encode(Collection<T> batch) {
        try {
            grouped(batch).forEach(this::writeResource);
            return out.toByteArray();
        } finally {
            out.clear(MOST_TO_KEEP);
        }
    }

    private Map<Resource, Map<InstrumentationScopeInfo, List<T>>> grouped(Collection<T> batch) {
        Map<Resource, Map<InstrumentationScopeInfo, List<T>>> groups = new LinkedHashMap<>();
        Resource lastResource = null;
        InstrumentationScopeInfo lastScope = null;
        List<T> last = List.of();
        for (T next : batch) {
            Resource itsResource = resource.apply(next);
            InstrumentationScopeInfo itsScope = scope.apply(next);
            // By far the most come one behind the other, and a resource's hash is the sum of all its attributes'.
            if (itsResource != lastResource || itsScope != lastScope) {
                last = groups.computeIfAbsent(itsResource, unused -> new LinkedHashMap<>())
                        .computeIfAbsent(itsScope, unused -> new ArrayList<>());
                lastResource = itsResource;
                lastScope = itsScope;
            }
            last.add(next);
        }
        return groups;
    }

    private void writeResource(Resource itsResource, Map<InstrumentationScopeInfo, List<T>> scopes) {
        int records = scopes.values().stream().mapToInt(List::size).sum();
        int content = out.begin(Request.RESOURCE_RECORDS, expected(records));
        int description = out.begin(ResourceRecords.RESOURCE, ORDINARY_RECORD);
        ResourceWriter.write(out, itsResource);
        out.end(description);
        scopes.forEach(this::writeScope);
        out.textIfSet(ResourceRecords.SCHEMA_URL, itsResource.getSchemaUrl());
        out.end(content);
    }

    private void writeScope(InstrumentationScopeInfo itsScope, List<T> records) {
        int content = out.begin(ResourceRecords.SCOPE_RECORDS, expected(records.size()));
        int description = out.begin(ScopeRecords.SCOPE, 0);
        ResourceWriter.write(out, itsScope);
        out.end(description);
        for (T next : records) {
            int one = out.begin(ScopeRecords.RECORDS, ORDINARY_RECORD);
            record.write(out, next);
            out.end(one);
        }
        out.textIfSet(ScopeRecords.SCHEMA_URL, itsScope.getSchemaUrl());
        out.end(content);
    }

    private static int expected(int records) {
        return (int) Math.min(Integer.MAX_VALUE, (long) ORDINARY_RECORD * records);
    }
}
