package io.dharma.tracing.internal.otlp;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.List;

/** Writes the contents of data points and of the exemplars in them. */
final class PointWriter {

    // Of every point.
    private static final int START = 2;
    private static final int TIME = 3;

    // Of every point but a number.
    private static final int COUNT = 4;
    private static final int SUM = 5;

    private static final int SHORT = 0;

    private PointWriter() {}

    /** {@code NumberDataPoint}. */
    private static final class NumberPoint {
        static final int AS_DOUBLE = 4;
        static final int EXEMPLARS = 5;
        static final int AS_INT = 6;
        static final int ATTRIBUTES = 7;
    }

    /** {@code HistogramDataPoint}. */
    private static final class HistogramPoint {
        static final int COUNTS = 6;
        static final int BOUNDS = 7;
        static final int EXEMPLARS = 8;
        static final int ATTRIBUTES = 9;
        static final int MIN = 11;
        static final int MAX = 12;
    }

    /** {@code ExponentialHistogramDataPoint}. */
    private static final class ExponentialPoint {
        static final int ATTRIBUTES = 1;
        static final int SCALE = 6;
        static final int ZERO_COUNT = 7;
        static final int POSITIVE = 8;
        static final int NEGATIVE = 9;
        static final int EXEMPLARS = 11;
        static final int MIN = 12;
        static final int MAX = 13;

        // Of the buckets in it.
        static final int OFFSET = 1;
        static final int COUNTS = 2;
    }

    /** {@code SummaryDataPoint}. */
    private static final class SummaryPoint {
        static final int QUANTILES = 6;
        static final int ATTRIBUTES = 7;

        // Of a quantile in it.
        static final int QUANTILE = 1;
        static final int VALUE = 2;
    }

    /** {@code Exemplar}. */
    private static final class Exemplar {
        static final int TIME = 2;
        static final int AS_DOUBLE = 3;
        static final int SPAN_ID = 4;
        static final int TRACE_ID = 5;
        static final int AS_INT = 6;
        static final int ATTRIBUTES = 7;
    }

    static void writeNumber(ProtoWriter out, PointData point) {
        writeTimes(out, point);
        if (point instanceof LongPointData number) {
            out.presentFixed64(NumberPoint.AS_INT, number.getValue());
        } else {
            out.presentDecimal(NumberPoint.AS_DOUBLE, ((DoublePointData) point).getValue());
        }
        writeExemplars(out, NumberPoint.EXEMPLARS, point.getExemplars());
        AttributesWriter.write(out, NumberPoint.ATTRIBUTES, point.getAttributes());
    }

    static void writeHistogram(ProtoWriter out, HistogramPointData point) {
        writeTimes(out, point);
        out.fixed64(COUNT, point.getCount());
        out.presentDecimal(SUM, point.getSum());
        if (point.hasMin()) {
            out.presentDecimal(HistogramPoint.MIN, point.getMin());
        }
        if (point.hasMax()) {
            out.presentDecimal(HistogramPoint.MAX, point.getMax());
        }
        writeFixed64s(out, HistogramPoint.COUNTS, point.getCounts());
        writeDoubles(out, HistogramPoint.BOUNDS, point.getBoundaries());
        writeExemplars(out, HistogramPoint.EXEMPLARS, point.getExemplars());
        AttributesWriter.write(out, HistogramPoint.ATTRIBUTES, point.getAttributes());
    }

    static void writeExponentialHistogram(ProtoWriter out, ExponentialHistogramPointData point) {
        writeTimes(out, point);
        out.fixed64(COUNT, point.getCount());
        out.presentDecimal(SUM, point.getSum());
        if (point.hasMin()) {
            out.presentDecimal(ExponentialPoint.MIN, point.getMin());
        }
        if (point.hasMax()) {
            out.presentDecimal(ExponentialPoint.MAX, point.getMax());
        }
        out.signed(ExponentialPoint.SCALE, point.getScale());
        out.fixed64(ExponentialPoint.ZERO_COUNT, point.getZeroCount());
        writeBuckets(out, ExponentialPoint.POSITIVE, point.getPositiveBuckets());
        writeBuckets(out, ExponentialPoint.NEGATIVE, point.getNegativeBuckets());
        writeExemplars(out, ExponentialPoint.EXEMPLARS, point.getExemplars());
        AttributesWriter.write(out, ExponentialPoint.ATTRIBUTES, point.getAttributes());
    }

    static void writeSummary(ProtoWriter out, SummaryPointData point) {
        writeTimes(out, point);
        out.fixed64(COUNT, point.getCount());
        out.decimal(SUM, point.getSum());
        for (ValueAtQuantile quantile : point.getValues()) {
            int content = out.begin(SummaryPoint.QUANTILES, SHORT);
            out.decimal(SummaryPoint.QUANTILE, quantile.getQuantile());
            out.decimal(SummaryPoint.VALUE, quantile.getValue());
            out.end(content);
        }
        AttributesWriter.write(out, SummaryPoint.ATTRIBUTES, point.getAttributes());
    }

    /**
     * A series whose first measurement comes while metrics are being collected begins after the moment that the SDK had
     * noted for the collection. A receiver may refuse a point that ends before it starts, and with it the whole export.
     */
    private static void writeTimes(ProtoWriter out, PointData point) {
        out.fixed64(START, point.getStartEpochNanos());
        out.fixed64(TIME, Math.max(point.getEpochNanos(), point.getStartEpochNanos()));
    }

    private static void writeFixed64s(ProtoWriter out, int field, List<Long> numbers) {
        if (!numbers.isEmpty()) {
            out.beginFixed64List(field, numbers.size());
            numbers.forEach(out::element);
        }
    }

    private static void writeDoubles(ProtoWriter out, int field, List<Double> decimals) {
        if (!decimals.isEmpty()) {
            out.beginFixed64List(field, decimals.size());
            decimals.forEach(decimal -> out.element(Double.doubleToRawLongBits(decimal)));
        }
    }

    /** Present even if there are none, as OpenTelemetry's exporter has it. */
    private static void writeBuckets(ProtoWriter out, int field, ExponentialHistogramBuckets buckets) {
        int content = out.begin(field, SHORT);
        out.signed(ExponentialPoint.OFFSET, buckets.getOffset());
        List<Long> counts = buckets.getBucketCounts();
        if (!counts.isEmpty()) {
            int list = out.begin(ExponentialPoint.COUNTS, counts.size());
            counts.forEach(out::varintElement);
            out.end(list);
        }
        out.end(content);
    }

    private static void writeExemplars(ProtoWriter out, int field, List<? extends ExemplarData> exemplars) {
        for (ExemplarData exemplar : exemplars) {
            int content = out.begin(field, SHORT);
            out.fixed64(Exemplar.TIME, exemplar.getEpochNanos());
            if (exemplar instanceof LongExemplarData number) {
                out.presentFixed64(Exemplar.AS_INT, number.getValue());
            } else {
                out.presentDecimal(Exemplar.AS_DOUBLE, ((DoubleExemplarData) exemplar).getValue());
            }
            SpanContext context = exemplar.getSpanContext();
            if (context.isValid()) {
                out.id(Exemplar.SPAN_ID, context.getSpanId(), OtlpFields.SPAN_ID_BYTES);
                out.id(Exemplar.TRACE_ID, context.getTraceId(), OtlpFields.TRACE_ID_BYTES);
            }
            AttributesWriter.write(out, Exemplar.ATTRIBUTES, exemplar.getFilteredAttributes());
            out.end(content);
        }
    }
}
