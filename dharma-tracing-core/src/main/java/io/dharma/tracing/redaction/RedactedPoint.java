package io.dharma.tracing.redaction;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * Points of a metric from whose attributes or exemplars something was taken out. OpenTelemetry's own factories leave
 * exemplars out.
 */
interface RedactedPoint extends PointData {

    /** The point as it was. */
    PointData before();

    /** What is left of its attributes. */
    Attributes attributes();

    @Override
    default long getStartEpochNanos() {
        return before().getStartEpochNanos();
    }

    @Override
    default long getEpochNanos() {
        return before().getEpochNanos();
    }

    @Override
    default Attributes getAttributes() {
        return attributes();
    }

    /** For {@code toString()}, which must not print the point as it was: exporters that log print points. */
    default String shown(String measured) {
        return "PointData{startEpochNanos=" + getStartEpochNanos() + ", epochNanos=" + getEpochNanos() + ", attributes="
                + attributes() + ", " + measured + ", exemplars=" + getExemplars() + "}";
    }

    /** See {@link LongPointData}. */
    record OfLong(LongPointData before, Attributes attributes, List<LongExemplarData> exemplars)
            implements RedactedPoint, LongPointData {

        @Override
        public long getValue() {
            return before.getValue();
        }

        @Override
        public List<LongExemplarData> getExemplars() {
            return exemplars;
        }

        @Override
        public String toString() {
            return shown("value=" + getValue());
        }
    }

    /** See {@link DoublePointData}. */
    record OfDouble(DoublePointData before, Attributes attributes, List<DoubleExemplarData> exemplars)
            implements RedactedPoint, DoublePointData {

        @Override
        public double getValue() {
            return before.getValue();
        }

        @Override
        public List<DoubleExemplarData> getExemplars() {
            return exemplars;
        }

        @Override
        public String toString() {
            return shown("value=" + getValue());
        }
    }

    /** See {@link HistogramPointData}. */
    record OfHistogram(HistogramPointData before, Attributes attributes, List<DoubleExemplarData> exemplars)
            implements RedactedPoint, HistogramPointData {

        @Override
        public double getSum() {
            return before.getSum();
        }

        @Override
        public long getCount() {
            return before.getCount();
        }

        @Override
        public boolean hasMin() {
            return before.hasMin();
        }

        @Override
        public double getMin() {
            return before.getMin();
        }

        @Override
        public boolean hasMax() {
            return before.hasMax();
        }

        @Override
        public double getMax() {
            return before.getMax();
        }

        @Override
        public List<Double> getBoundaries() {
            return before.getBoundaries();
        }

        @Override
        public List<Long> getCounts() {
            return before.getCounts();
        }

        @Override
        public List<DoubleExemplarData> getExemplars() {
            return exemplars;
        }

        @Override
        public String toString() {
            return shown("count=" + getCount() + ", sum=" + getSum() + ", min=" + getMin() + ", max=" + getMax()
                    + ", boundaries=" + getBoundaries() + ", counts=" + getCounts());
        }
    }

    /** See {@link ExponentialHistogramPointData}. */
    record OfExponentialHistogram(
            ExponentialHistogramPointData before, Attributes attributes, List<DoubleExemplarData> exemplars)
            implements RedactedPoint, ExponentialHistogramPointData {

        @Override
        public int getScale() {
            return before.getScale();
        }

        @Override
        public double getSum() {
            return before.getSum();
        }

        @Override
        public long getCount() {
            return before.getCount();
        }

        @Override
        public long getZeroCount() {
            return before.getZeroCount();
        }

        @Override
        public boolean hasMin() {
            return before.hasMin();
        }

        @Override
        public double getMin() {
            return before.getMin();
        }

        @Override
        public boolean hasMax() {
            return before.hasMax();
        }

        @Override
        public double getMax() {
            return before.getMax();
        }

        @Override
        public ExponentialHistogramBuckets getPositiveBuckets() {
            return before.getPositiveBuckets();
        }

        @Override
        public ExponentialHistogramBuckets getNegativeBuckets() {
            return before.getNegativeBuckets();
        }

        @Override
        public List<DoubleExemplarData> getExemplars() {
            return exemplars;
        }

        @Override
        public String toString() {
            return shown("count=" + getCount() + ", sum=" + getSum() + ", min=" + getMin() + ", max=" + getMax()
                    + ", scale=" + getScale() + ", zeroCount=" + getZeroCount() + ", positiveBuckets="
                    + getPositiveBuckets() + ", negativeBuckets=" + getNegativeBuckets());
        }
    }
}
