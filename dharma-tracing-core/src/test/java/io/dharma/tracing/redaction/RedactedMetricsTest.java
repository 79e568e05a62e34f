package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.otlp.OtlpEncoder;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Metrics as the SDK makes them. */
class RedactedMetricsTest {

    private static final String SECRET = "hunter2hunter2";
    private static final AttributeKey<String> AUTHORIZATION = AttributeKey.stringKey("authorization");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");

    private final OnDemandReader reader = new OnDemandReader();
    private final SdkMeterProvider provider = SdkMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                    InstrumentSelector.builder().setName("exponential").build(),
                    View.builder()
                            .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                            .build())
            .build();
    private final Redactor redactor = Redactor.create();

    @AfterEach
    void close() {
        provider.close();
    }

    private static Attributes with(String secret) {
        return Attributes.of(AUTHORIZATION, "Bearer " + secret, ROUTE, "/orders");
    }

    /** Each instrument measures twice, under attributes that differ in the secret alone. */
    private void measure() {
        Meter meter = provider.get("app");
        for (String secret : List.of(SECRET + "1", SECRET + "2")) {
            meter.counterBuilder("longs").build().add(2, with(secret));
            meter.counterBuilder("doubles").ofDoubles().build().add(0.5, with(secret));
            meter.histogramBuilder("histogram").build().record(7, with(secret));
            meter.histogramBuilder("exponential").build().record(7, with(secret));
            meter.gaugeBuilder("doubleGauge").build().set(1.5, with(secret));
            meter.gaugeBuilder("longGauge").ofLongs().build().set(3, with(secret));
        }
    }

    private Map<String, MetricData> redacted() {
        return reader.registration.collectAllMetrics().stream()
                .map(redactor::redact)
                .collect(Collectors.toMap(MetricData::getName, Function.identity()));
    }

    private static MetricData metric(Map<String, MetricData> metrics, String name) {
        return Objects.requireNonNull(metrics.get(name), name);
    }

    @Test
    void points_thatDifferInASecretAloneBecomeOneSeries() {
        measure();

        Map<String, MetricData> metrics = redacted();

        assertThat(metrics).hasSize(6);
        assertThat(metrics.values()).allSatisfy(metric -> {
            assertThat(metric.getData().getPoints()).hasSize(1);
            assertThat(metric.getData().getPoints().iterator().next().getAttributes())
                    .isEqualTo(Attributes.of(AUTHORIZATION, "[redacted]", ROUTE, "/orders"));
        });
        assertThat(metric(metrics, "longs").getLongSumData().getPoints())
                .extracting(point -> point.getValue())
                .containsExactly(4L);
        assertThat(metric(metrics, "longs").getLongSumData().isMonotonic()).isTrue();
        assertThat(metric(metrics, "doubles").getDoubleSumData().getPoints())
                .extracting(point -> point.getValue())
                .containsExactly(1.0);
        assertThat(metric(metrics, "histogram").getHistogramData().getPoints()).allSatisfy(point -> {
            assertThat(point.getCount()).isEqualTo(2);
            assertThat(point.getSum()).isEqualTo(14);
            assertThat(point.getMin()).isEqualTo(7);
        });
        assertThat(metric(metrics, "longGauge").getLongGaugeData().getPoints())
                .extracting(point -> point.getValue())
                .containsExactly(3L);
    }

    @Test
    void points_canStillBeEncoded() {
        measure();

        for (MetricData metric : redacted().values()) {
            assertThat(new String(OtlpEncoder.metrics().encode(List.of(metric)), StandardCharsets.ISO_8859_1))
                    .contains("[redacted]", metric.getName())
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void scope_losesItsSecretsToo() {
        provider.meterBuilder("app")
                .setInstrumentationVersion("token=" + SECRET)
                .build()
                .counterBuilder("longs")
                .build()
                .add(1);

        assertThat(metric(redacted(), "longs").getInstrumentationScopeInfo().getVersion())
                .isEqualTo("token=[redacted]");
    }

    /** As exporters do that write metrics to the log. */
    @Test
    void points_canBePrintedWithoutWhatWasTakenOut() {
        measure();

        for (MetricData metric : redacted().values()) {
            assertThat(metric.toString())
                    .contains("[redacted]", "/orders", metric.getName())
                    .doesNotContain(SECRET);
        }
    }

    private static final class OnDemandReader implements MetricReader {

        private CollectionRegistration registration = CollectionRegistration.noop();

        @Override
        public void register(CollectionRegistration given) {
            registration = given;
        }

        @Override
        public AggregationTemporality getAggregationTemporality(InstrumentType type) {
            return AggregationTemporality.CUMULATIVE;
        }

        @Override
        public CompletableResultCode forceFlush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
