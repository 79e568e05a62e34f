package io.dharma.tracing.internal.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Metrics of every type, with points of every shape. */
final class RandomMetrics {

    private final RandomTelemetry telemetry;
    private final Random random;

    RandomMetrics(RandomTelemetry telemetry) {
        this.telemetry = telemetry;
        this.random = telemetry.random();
    }

    MetricData metric() {
        MetricDataType type = telemetry.oneOf(MetricDataType.values());
        return metric(type, data(type));
    }

    /** One with this point alone. */
    MetricData sum(LongPointData point) {
        return metric(MetricDataType.LONG_SUM, SumData.createLongSumData(true, temporality(), List.of(point)));
    }

    private MetricData metric(MetricDataType type, Data<?> data) {
        return new GivenMetric(
                telemetry.resource(),
                telemetry.scope(),
                telemetry.text(),
                telemetry.text(),
                telemetry.text(),
                type,
                data);
    }

    private Data<?> data(MetricDataType type) {
        return switch (type) {
            case LONG_GAUGE -> GaugeData.createLongGaugeData(telemetry.some(this::longPoint));
            case DOUBLE_GAUGE -> GaugeData.createDoubleGaugeData(telemetry.some(this::doublePoint));
            case LONG_SUM ->
                SumData.createLongSumData(random.nextBoolean(), temporality(), telemetry.some(this::longPoint));
            case DOUBLE_SUM ->
                SumData.createDoubleSumData(random.nextBoolean(), temporality(), telemetry.some(this::doublePoint));
            case HISTOGRAM -> HistogramData.create(temporality(), telemetry.some(this::histogramPoint));
            case EXPONENTIAL_HISTOGRAM ->
                ExponentialHistogramData.create(temporality(), telemetry.some(this::exponentialPoint));
            case SUMMARY -> SummaryData.create(telemetry.some(this::summaryPoint));
        };
    }

    private AggregationTemporality temporality() {
        return random.nextBoolean() ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
    }

    private LongPointData longPoint() {
        long start = time();
        return new GivenLongPoint(
                start,
                notBefore(start),
                telemetry.attributes(),
                telemetry.number(),
                telemetry.some(this::longExemplar));
    }

    private DoublePointData doublePoint() {
        long start = time();
        return DoublePointData.create(
                start,
                notBefore(start),
                telemetry.attributes(),
                telemetry.decimal(),
                telemetry.some(this::doubleExemplar));
    }

    private HistogramPointData histogramPoint() {
        List<Double> boundaries = new ArrayList<>();
        List<Long> counts = new ArrayList<>(List.of(count()));
        for (int i = random.nextInt(12); i > 0; i--) {
            boundaries.add(boundaries.size() - 3.5);
            counts.add(count());
        }
        long start = time();
        return new GivenHistogramPoint(
                HistogramPointData.create(
                        start,
                        notBefore(start),
                        telemetry.attributes(),
                        telemetry.decimal(),
                        random.nextBoolean(),
                        telemetry.decimal(),
                        random.nextBoolean(),
                        telemetry.decimal(),
                        boundaries,
                        counts),
                telemetry.some(this::doubleExemplar));
    }

    private ExponentialHistogramPointData exponentialPoint() {
        int scale = random.nextInt(31) - 10;
        long start = time();
        return ExponentialHistogramPointData.create(
                scale,
                telemetry.decimal(),
                count(),
                random.nextBoolean(),
                telemetry.decimal(),
                random.nextBoolean(),
                telemetry.decimal(),
                buckets(scale),
                buckets(scale),
                start,
                notBefore(start),
                telemetry.attributes(),
                telemetry.some(this::doubleExemplar));
    }

    private ExponentialHistogramBuckets buckets(int scale) {
        List<Long> counts = new ArrayList<>();
        for (int i = random.nextInt(200) - 20; i > 0; i--) {
            counts.add(count());
        }
        return ExponentialHistogramBuckets.create(scale, random.nextInt(2000) - 1000, counts);
    }

    private SummaryPointData summaryPoint() {
        long start = time();
        return SummaryPointData.create(
                start,
                notBefore(start),
                telemetry.attributes(),
                count(),
                telemetry.decimal(),
                telemetry.some(() -> ValueAtQuantile.create(random.nextDouble(), telemetry.decimal())));
    }

    private LongExemplarData longExemplar() {
        return LongExemplarData.create(telemetry.attributes(), time(), exemplarContext(), telemetry.number());
    }

    private DoubleExemplarData doubleExemplar() {
        return DoubleExemplarData.create(telemetry.attributes(), time(), exemplarContext(), telemetry.decimal());
    }

    private SpanContext exemplarContext() {
        return random.nextBoolean() ? SpanContext.getInvalid() : telemetry.spanContext(false);
    }

    private long time() {
        return random.nextInt(10) == 0 ? 0 : random.nextLong();
    }

    /** OpenTelemetry's exporter also writes points that end before they start. */
    private long notBefore(long start) {
        return Math.max(start, time());
    }

    private long count() {
        return random.nextInt(4) == 0 ? 0 : random.nextInt() >>> random.nextInt(32) & Integer.MAX_VALUE;
    }

    private record GivenMetric(
            Resource getResource,
            InstrumentationScopeInfo getInstrumentationScopeInfo,
            String getName,
            String getDescription,
            String getUnit,
            MetricDataType getType,
            Data<?> getData)
            implements MetricData {}

    /** The SDK's factory takes no exemplars. */
    private record GivenLongPoint(
            long getStartEpochNanos,
            long getEpochNanos,
            Attributes getAttributes,
            long getValue,
            List<LongExemplarData> getExemplars)
            implements LongPointData {}

    /** The SDK's factory takes no exemplars. */
    private record GivenHistogramPoint(HistogramPointData point, List<DoubleExemplarData> getExemplars)
            implements HistogramPointData {

        @Override
        public double getSum() {
            return point.getSum();
        }

        @Override
        public long getCount() {
            return point.getCount();
        }

        @Override
        public boolean hasMin() {
            return point.hasMin();
        }

        @Override
        public double getMin() {
            return point.getMin();
        }

        @Override
        public boolean hasMax() {
            return point.hasMax();
        }

        @Override
        public double getMax() {
            return point.getMax();
        }

        @Override
        public List<Double> getBoundaries() {
            return point.getBoundaries();
        }

        @Override
        public List<Long> getCounts() {
            return point.getCounts();
        }

        @Override
        public long getStartEpochNanos() {
            return point.getStartEpochNanos();
        }

        @Override
        public long getEpochNanos() {
            return point.getEpochNanos();
        }

        @Override
        public Attributes getAttributes() {
            return point.getAttributes();
        }
    }
}
