package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.FakeCollector.Answer;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Delivery.Delivered;
import io.dharma.tracing.pipeline.Delivery.Rejected;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics and logs go the way that spans go. */
class OtlpOtherSignalsTest {

    private final FakeCollector collector = FakeCollector.start();

    @AfterEach
    void close() {
        collector.close();
    }

    private HttpEndpoint endpoint(OtlpSignal signal) {
        return HttpEndpoint.builder(signal.endpoint(collector.url("")))
                .timeout(Duration.ofSeconds(20))
                .build();
    }

    @Test
    void logs_arriveAsTheProtocolSays() throws Exception {
        Sink<LogRecordData> sink = OtlpSinks.logs(endpoint(OtlpSignal.LOGS));

        assertThat(Deliveries.await(sink.deliver(logRecords()))).isEqualTo(Delivery.delivered());
        sink.close(Duration.ofSeconds(1));

        assertThat(collector.onlyRequest().path()).isEqualTo("/v1/logs");
        assertThat(ExportLogsServiceRequest.parseFrom(collector.onlyRequest().body())
                        .getResourceLogs(0)
                        .getScopeLogs(0)
                        .getLogRecords(0)
                        .getBody()
                        .getStringValue())
                .isEqualTo("something happened");
    }

    private static List<LogRecordData> logRecords() {
        List<LogRecordData> records = new ArrayList<>();
        try (SdkLoggerProvider provider = SdkLoggerProvider.builder()
                .addLogRecordProcessor((context, record) -> records.add(record.toLogRecordData()))
                .build()) {
            provider.get("test")
                    .logRecordBuilder()
                    .setBody("something happened")
                    .emit();
        }
        return records;
    }

    @Test
    void metrics_ofAReaderArriveAsTheProtocolSays() throws Exception {
        List<Delivery> heard = new CopyOnWriteArrayList<>();
        byte[] partial = ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder().setRejectedDataPoints(1))
                .build()
                .toByteArray();
        collector.answering(new Answer(200, Map.of("Content-Type", "application/x-protobuf"), partial));
        OtlpMetricExporter exporter = OtlpMetricExporter.builder(OtlpSinks.metrics(endpoint(OtlpSignal.METRICS)))
                .listener(heard::add)
                .build();

        exportCounter(exporter);

        assertThat(collector.requests().get(0).path()).isEqualTo("/v1/metrics");
        assertThat(ExportMetricsServiceRequest.parseFrom(
                                collector.requests().get(0).body())
                        .getResourceMetrics(0)
                        .getScopeMetrics(0)
                        .getMetrics(0)
                        .getSum()
                        .getDataPoints(0)
                        .getAsInt())
                .isEqualTo(3);
        assertThat(heard.get(0)).isEqualTo(new Delivered(1, null));
    }

    @Test
    void metrics_thatAreRejectedAreHeardOf() {
        List<Delivery> heard = new CopyOnWriteArrayList<>();
        collector.answering(400);
        OtlpMetricExporter exporter = OtlpMetricExporter.builder(OtlpSinks.metrics(endpoint(OtlpSignal.METRICS)))
                .listener(heard::add)
                .build();

        exportCounter(exporter);

        assertThat(heard.get(0)).isInstanceOf(Rejected.class);
    }

    /** A sink or a preparation that throws may quote what it was given. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void metrics_thatAreNotSentAreHeardOfWithoutTheWordsOfTheFailure(boolean wrapped) {
        List<Delivery> heard = new CopyOnWriteArrayList<>();
        RuntimeException failure = new IllegalStateException("cannot send password=hunter2");
        OtlpMetricExporter exporter = OtlpMetricExporter.builder(OtlpSinks.metrics(endpoint(OtlpSignal.METRICS)))
                .listener(heard::add)
                .preparation(metric -> {
                    throw wrapped ? new CompletionException(failure) : failure;
                })
                .build();

        exportCounter(exporter);

        assertThat(heard.get(0)).isEqualTo(Delivery.retry("not sent: java.lang.IllegalStateException"));
    }

    private static void exportCounter(OtlpMetricExporter exporter) {
        PeriodicMetricReader reader = PeriodicMetricReader.builder(exporter)
                .setInterval(Duration.ofHours(1))
                .build();
        try (SdkMeterProvider provider =
                SdkMeterProvider.builder().registerMetricReader(reader).build()) {
            provider.get("test").counterBuilder("orders").build().add(3);
            CompletableResultCode flushed = provider.forceFlush().join(40, TimeUnit.SECONDS);
            assertThat(flushed.isDone()).isTrue();
        }
    }

    @Test
    void exporter_failsQuietlyAfterClosing() {
        OtlpMetricExporter exporter = OtlpMetricExporter.to(OtlpSinks.metrics(endpoint(OtlpSignal.METRICS)));

        assertThat(exporter.shutdown().isSuccess()).isTrue();
        assertThat(exporter.shutdown().isSuccess()).isTrue();
        assertThat(exporter.export(List.of()).isSuccess()).isFalse();
        assertThat(exporter.flush().isSuccess()).isTrue();
    }

    @Test
    void exporter_isCumulativeUnlessAskedOtherwise() {
        OtlpMetricExporter usual = OtlpMetricExporter.to(OtlpSinks.metrics(endpoint(OtlpSignal.METRICS)));
        OtlpMetricExporter delta = OtlpMetricExporter.builder(OtlpSinks.metrics(endpoint(OtlpSignal.METRICS)))
                .temporality(AggregationTemporalitySelector.deltaPreferred())
                .build();

        assertThat(usual.getAggregationTemporality(InstrumentType.COUNTER))
                .isEqualTo(AggregationTemporality.CUMULATIVE);
        assertThat(delta.getAggregationTemporality(InstrumentType.COUNTER)).isEqualTo(AggregationTemporality.DELTA);
        usual.close();
        delta.close();
    }
}
