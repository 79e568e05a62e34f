package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Lets a metric reader of OpenTelemetry deliver through a sink of ours.
 *
 * <p>Readers do not try again; since sums are cumulative by default, the next export makes up for one that failed. What
 * became of each is told to a listener, so that rejected points are counted. Never throws; for any thread.
 */
public final class OtlpMetricExporter implements MetricExporter {

    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(1);

    private final Sink<MetricData> sink;
    private final AggregationTemporalitySelector temporality;
    private final DefaultAggregationSelector aggregation;
    private final Consumer<Delivery> listener;
    private final UnaryOperator<MetricData> preparation;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OtlpMetricExporter(Builder builder) {
        this.sink = builder.sink;
        this.temporality = builder.temporality;
        this.aggregation = builder.aggregation;
        this.listener = builder.listener;
        this.preparation = builder.preparation;
    }

    /** Cumulative, with the SDK's aggregations, and nobody listening. */
    public static OtlpMetricExporter to(Sink<MetricData> sink) {
        return builder(sink).build();
    }

    /** Begins an exporter to {@link OtlpSinks#metrics}, for example. The exporter closes the sink. */
    public static Builder builder(Sink<MetricData> sink) {
        return new Builder(sink);
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
        if (closed.get()) {
            return CompletableResultCode.ofFailure();
        }
        if (metrics.isEmpty()) {
            return CompletableResultCode.ofSuccess();
        }
        CompletableResultCode result = new CompletableResultCode();
        CompletionStage<Delivery> unused =
                prepareAndDeliver(metrics).whenComplete((delivery, failure) -> report(result, delivery, failure));
        return result;
    }

    private CompletionStage<Delivery> prepareAndDeliver(Collection<MetricData> metrics) {
        try {
            List<MetricData> prepared = new ArrayList<>(metrics.size());
            for (MetricData metric : metrics) {
                prepared.add(preparation.apply(metric));
            }
            return sink.deliver(prepared);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void report(CompletableResultCode result, @Nullable Delivery delivery, @Nullable Throwable failure) {
        Delivery outcome = delivery != null ? delivery : Delivery.retry(reason(failure));
        try {
            listener.accept(outcome);
        } finally {
            if (outcome instanceof Delivery.Delivered) {
                result.succeed();
            } else {
                result.fail();
            }
        }
    }

    /** By class only: a message may quote what was to be sent. */
    private static String reason(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause == null
                ? "the sink did not say what became of it"
                : "not sent: " + cause.getClass().getName();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        if (closed.compareAndSet(false, true)) {
            sink.close(CLOSE_DEADLINE);
        }
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
        return temporality.getAggregationTemporality(type);
    }

    @Override
    public Aggregation getDefaultAggregation(InstrumentType type) {
        return aggregation.getDefaultAggregation(type);
    }

    /** Collects the settings of one exporter; for one thread. */
    public static final class Builder {

        private final Sink<MetricData> sink;
        private AggregationTemporalitySelector temporality = AggregationTemporalitySelector.alwaysCumulative();
        private DefaultAggregationSelector aggregation = DefaultAggregationSelector.getDefault();
        private Consumer<Delivery> listener = delivery -> {};
        private UnaryOperator<MetricData> preparation = UnaryOperator.identity();

        private Builder(Sink<MetricData> sink) {
            this.sink = Objects.requireNonNull(sink, "sink");
        }

        /**
         * Whether sums are sent as totals (the default) or as what was added since the last export, which some backends
         * want and which is lost when an export fails.
         */
        public Builder temporality(AggregationTemporalitySelector temporality) {
            this.temporality = Objects.requireNonNull(temporality, "temporality");
            return this;
        }

        /** How instruments without a view are aggregated; by default as the SDK does. */
        public Builder aggregation(DefaultAggregationSelector aggregation) {
            this.aggregation = Objects.requireNonNull(aggregation, "aggregation");
            return this;
        }

        /** Hears what became of each export, on a thread of the sink; by default nobody does. Must be quick. */
        public Builder listener(Consumer<Delivery> listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * What is done to each metric before it is sent, such as {@code redactor::redact}; by default nothing. If it
         * throws, that export is not sent.
         */
        public Builder preparation(UnaryOperator<MetricData> preparation) {
            this.preparation = Objects.requireNonNull(preparation, "preparation");
            return this;
        }

        /** Makes the exporter. */
        public OtlpMetricExporter build() {
            return new OtlpMetricExporter(this);
        }
    }
}
