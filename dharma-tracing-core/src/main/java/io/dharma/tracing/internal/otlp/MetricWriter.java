package io.dharma.tracing.internal.otlp;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;

/** Writes the content of a {@code Metric}; {@link PointWriter} writes its points. */
final class MetricWriter {

    private static final int NAME = 1;
    private static final int DESCRIPTION = 2;
    private static final int UNIT = 3;
    private static final int GAUGE = 5;
    private static final int SUM = 7;
    private static final int HISTOGRAM = 9;
    private static final int EXPONENTIAL_HISTOGRAM = 10;
    private static final int SUMMARY = 11;

    // Of the messages for all of these.
    private static final int POINTS = 1;
    private static final int TEMPORALITY = 2;
    private static final int MONOTONIC = 3;

    private static final int ORDINARY_METRIC = 1024;
    private static final int ORDINARY_POINT = 128;

    private MetricWriter() {}

    static void write(ProtoWriter out, MetricData metric) {
        out.text(NAME, metric.getName());
        out.text(DESCRIPTION, metric.getDescription());
        out.text(UNIT, metric.getUnit());
        switch (metric.getType()) {
            case LONG_GAUGE -> writeGauge(out, metric.getLongGaugeData());
            case DOUBLE_GAUGE -> writeGauge(out, metric.getDoubleGaugeData());
            case LONG_SUM -> writeSum(out, metric.getLongSumData());
            case DOUBLE_SUM -> writeSum(out, metric.getDoubleSumData());
            case HISTOGRAM -> writeHistogram(out, metric.getHistogramData());
            case EXPONENTIAL_HISTOGRAM -> writeExponentialHistogram(out, metric.getExponentialHistogramData());
            case SUMMARY -> writeSummary(out, metric.getSummaryData());
        }
    }

    private static void writeGauge(ProtoWriter out, GaugeData<? extends PointData> gauge) {
        int content = out.begin(GAUGE, ORDINARY_METRIC);
        gauge.getPoints().forEach(point -> writePoint(out, point, PointWriter::writeNumber));
        out.end(content);
    }

    private static void writeSum(ProtoWriter out, SumData<? extends PointData> sum) {
        int content = out.begin(SUM, ORDINARY_METRIC);
        sum.getPoints().forEach(point -> writePoint(out, point, PointWriter::writeNumber));
        out.number(TEMPORALITY, temporality(sum.getAggregationTemporality()));
        out.number(MONOTONIC, sum.isMonotonic() ? 1 : 0);
        out.end(content);
    }

    private static void writeHistogram(ProtoWriter out, HistogramData histogram) {
        int content = out.begin(HISTOGRAM, ORDINARY_METRIC);
        histogram.getPoints().forEach(point -> writePoint(out, point, PointWriter::writeHistogram));
        out.number(TEMPORALITY, temporality(histogram.getAggregationTemporality()));
        out.end(content);
    }

    private static void writeExponentialHistogram(ProtoWriter out, ExponentialHistogramData histogram) {
        int content = out.begin(EXPONENTIAL_HISTOGRAM, ORDINARY_METRIC);
        histogram.getPoints().forEach(point -> writePoint(out, point, PointWriter::writeExponentialHistogram));
        out.number(TEMPORALITY, temporality(histogram.getAggregationTemporality()));
        out.end(content);
    }

    private static void writeSummary(ProtoWriter out, SummaryData summary) {
        int content = out.begin(SUMMARY, ORDINARY_METRIC);
        summary.getPoints().forEach(point -> writePoint(out, point, PointWriter::writeSummary));
        out.end(content);
    }

    private static <P> void writePoint(ProtoWriter out, P point, MessageWriting<P> writing) {
        int content = out.begin(POINTS, ORDINARY_POINT);
        writing.write(out, point);
        out.end(content);
    }

    private static int temporality(AggregationTemporality temporality) {
        return switch (temporality) {
            case DELTA -> 1;
            case CUMULATIVE -> 2;
        };
    }
}
