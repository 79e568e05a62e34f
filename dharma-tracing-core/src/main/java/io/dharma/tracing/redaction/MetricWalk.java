package io.dharma.tracing.redaction;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Takes secrets out of metrics: of a description, of the scope, and of the attributes of points and exemplars.
 *
 * <p>Points whose attributes differed only in a secret are one series afterwards, and a receiver may refuse two points of
 * one. So sums and histograms with the same boundaries are added up; of others the last one stays.
 */
final class MetricWalk {

    private final Values values;

    MetricWalk(Values values) {
        this.values = values;
    }

    /** The same object if nothing was found. */
    MetricData redact(MetricData metric, Resource resource, InstrumentationScopeInfo scope) {
        String description = values.text(metric.getDescription());
        Data<?> data = data(metric);
        boolean same = description.equals(metric.getDescription())
                && data == metric.getData()
                && resource == metric.getResource()
                && scope == metric.getInstrumentationScopeInfo();
        return same ? metric : new RedactedMetric(metric, resource, scope, description, data);
    }

    private Data<?> data(MetricData metric) {
        return switch (metric.getType()) {
            case LONG_GAUGE ->
                changed(metric.getLongGaugeData(), this::point, MetricWalk::last, GaugeData::createLongGaugeData);
            case DOUBLE_GAUGE ->
                changed(metric.getDoubleGaugeData(), this::point, MetricWalk::last, GaugeData::createDoubleGaugeData);
            case LONG_SUM -> {
                SumData<LongPointData> sum = metric.getLongSumData();
                yield changed(
                        sum,
                        this::point,
                        MetricWalk::sum,
                        points ->
                                SumData.createLongSumData(sum.isMonotonic(), sum.getAggregationTemporality(), points));
            }
            case DOUBLE_SUM -> {
                SumData<DoublePointData> sum = metric.getDoubleSumData();
                yield changed(
                        sum,
                        this::point,
                        MetricWalk::sum,
                        points -> SumData.createDoubleSumData(
                                sum.isMonotonic(), sum.getAggregationTemporality(), points));
            }
            case HISTOGRAM -> {
                HistogramData histogram = metric.getHistogramData();
                yield changed(
                        histogram,
                        this::point,
                        MetricWalk::sum,
                        points -> HistogramData.create(histogram.getAggregationTemporality(), points));
            }
            case EXPONENTIAL_HISTOGRAM -> {
                ExponentialHistogramData histogram = metric.getExponentialHistogramData();
                yield changed(
                        histogram,
                        this::point,
                        MetricWalk::last,
                        points -> ExponentialHistogramData.create(histogram.getAggregationTemporality(), points));
            }
            case SUMMARY -> changed(metric.getSummaryData(), this::point, MetricWalk::last, SummaryData::create);
        };
    }

    private static <P extends PointData> Data<P> changed(
            Data<P> data,
            UnaryOperator<P> redact,
            BinaryOperator<P> merge,
            Function<Collection<P>, ? extends Data<P>> create) {
        boolean changed = false;
        List<P> points = new ArrayList<>(data.getPoints().size());
        for (P point : data.getPoints()) {
            P after = redact.apply(point);
            changed |= after != point;
            points.add(after);
        }
        if (!changed) {
            return data;
        }
        Map<Attributes, P> series = new LinkedHashMap<>();
        points.forEach(point -> series.merge(point.getAttributes(), point, merge));
        return create.apply(series.values());
    }

    private static <P> P last(P earlier, P later) {
        return later;
    }

    private static LongPointData sum(LongPointData one, LongPointData other) {
        return LongPointData.create(
                Math.min(one.getStartEpochNanos(), other.getStartEpochNanos()),
                Math.max(one.getEpochNanos(), other.getEpochNanos()),
                one.getAttributes(),
                one.getValue() + other.getValue());
    }

    private static DoublePointData sum(DoublePointData one, DoublePointData other) {
        return DoublePointData.create(
                Math.min(one.getStartEpochNanos(), other.getStartEpochNanos()),
                Math.max(one.getEpochNanos(), other.getEpochNanos()),
                one.getAttributes(),
                one.getValue() + other.getValue(),
                one.getExemplars());
    }

    private static HistogramPointData sum(HistogramPointData one, HistogramPointData other) {
        if (!one.getBoundaries().equals(other.getBoundaries())) {
            return other;
        }
        List<Long> counts = new ArrayList<>(one.getCounts());
        for (int i = 0; i < counts.size(); i++) {
            counts.set(i, counts.get(i) + other.getCounts().get(i));
        }
        return HistogramPointData.create(
                Math.min(one.getStartEpochNanos(), other.getStartEpochNanos()),
                Math.max(one.getEpochNanos(), other.getEpochNanos()),
                one.getAttributes(),
                one.getSum() + other.getSum(),
                one.hasMin() && other.hasMin(),
                Math.min(one.getMin(), other.getMin()),
                one.hasMax() && other.hasMax(),
                Math.max(one.getMax(), other.getMax()),
                one.getBoundaries(),
                counts);
    }

    private LongPointData point(LongPointData point) {
        Attributes attributes = redacted(point.getAttributes());
        List<LongExemplarData> exemplars = exemplars(point.getExemplars(), this::exemplar);
        boolean same = attributes == point.getAttributes() && exemplars == point.getExemplars();
        return same ? point : new RedactedPoint.OfLong(point, attributes, exemplars);
    }

    private DoublePointData point(DoublePointData point) {
        Attributes attributes = redacted(point.getAttributes());
        List<DoubleExemplarData> exemplars = exemplars(point.getExemplars(), this::exemplar);
        boolean same = attributes == point.getAttributes() && exemplars == point.getExemplars();
        return same ? point : new RedactedPoint.OfDouble(point, attributes, exemplars);
    }

    private HistogramPointData point(HistogramPointData point) {
        Attributes attributes = redacted(point.getAttributes());
        List<DoubleExemplarData> exemplars = exemplars(point.getExemplars(), this::exemplar);
        boolean same = attributes == point.getAttributes() && exemplars == point.getExemplars();
        return same ? point : new RedactedPoint.OfHistogram(point, attributes, exemplars);
    }

    private ExponentialHistogramPointData point(ExponentialHistogramPointData point) {
        Attributes attributes = redacted(point.getAttributes());
        List<DoubleExemplarData> exemplars = exemplars(point.getExemplars(), this::exemplar);
        boolean same = attributes == point.getAttributes() && exemplars == point.getExemplars();
        return same ? point : new RedactedPoint.OfExponentialHistogram(point, attributes, exemplars);
    }

    private SummaryPointData point(SummaryPointData point) {
        Attributes attributes = redacted(point.getAttributes());
        return attributes == point.getAttributes()
                ? point
                : SummaryPointData.create(
                        point.getStartEpochNanos(),
                        point.getEpochNanos(),
                        attributes,
                        point.getCount(),
                        point.getSum(),
                        point.getValues());
    }

    private static <E> List<E> exemplars(List<E> exemplars, UnaryOperator<E> redact) {
        List<E> changed = null;
        for (int i = 0; i < exemplars.size(); i++) {
            E after = redact.apply(exemplars.get(i));
            if (after != exemplars.get(i)) {
                changed = changed == null ? new ArrayList<>(exemplars) : changed;
                changed.set(i, after);
            }
        }
        return changed == null ? exemplars : changed;
    }

    private LongExemplarData exemplar(LongExemplarData exemplar) {
        Attributes attributes = redacted(exemplar.getFilteredAttributes());
        return attributes == exemplar.getFilteredAttributes()
                ? exemplar
                : LongExemplarData.create(
                        attributes, exemplar.getEpochNanos(), exemplar.getSpanContext(), exemplar.getValue());
    }

    private DoubleExemplarData exemplar(DoubleExemplarData exemplar) {
        Attributes attributes = redacted(exemplar.getFilteredAttributes());
        return attributes == exemplar.getFilteredAttributes()
                ? exemplar
                : DoubleExemplarData.create(
                        attributes, exemplar.getEpochNanos(), exemplar.getSpanContext(), exemplar.getValue());
    }

    private Attributes redacted(Attributes attributes) {
        return AttributeWalk.redact(attributes, values);
    }
}
