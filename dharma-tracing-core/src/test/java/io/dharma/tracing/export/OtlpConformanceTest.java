package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we send, before a receiver that refuses whatever breaks a rule of the protocol. */
@ExtendWith(LeakCheck.class)
class OtlpConformanceTest {

    private static HttpEndpoint endpoint(URI uri, boolean gzip) {
        return HttpEndpoint.builder(uri.toString())
                .timeout(Duration.ofSeconds(20))
                .gzip(gzip)
                .build();
    }

    private static <T> void deliver(Sink<T> sink, List<T> batch) {
        try {
            assertThat(Deliveries.await(sink.deliver(batch))).isEqualTo(Delivery.delivered());
        } finally {
            sink.close(Duration.ofSeconds(1));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void spans_breakNoRule(boolean gzip) {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            SpanData failed = TestSpans.span("charge-card")
                    .id(2)
                    .parent(1)
                    .attributes(Attributes.builder()
                            .put("text", "Grüße \ud83d\ude00")
                            .put("list", 1, 2, 3)
                            .put("ratio", 0.5)
                            .put("flag", true)
                            .build())
                    .failedWith(new IllegalStateException("declined"))
                    .data();

            deliver(
                    OtlpSinks.spans(endpoint(receiver.tracesEndpoint(), gzip)),
                    List.of(TestSpans.named("root"), failed));

            assertThat(receiver.spans())
                    .extracting(span -> span.getName())
                    .containsExactlyInAnyOrder("root", "charge-card");
        }
    }

    @Test
    void logs_breakNoRule() {
        List<LogRecordData> records = new ArrayList<>();
        try (SdkLoggerProvider provider = SdkLoggerProvider.builder()
                .addLogRecordProcessor((context, record) -> records.add(record.toLogRecordData()))
                .build()) {
            provider.get("test")
                    .logRecordBuilder()
                    .setBody("something happened")
                    .emit();
        }
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            deliver(OtlpSinks.logs(endpoint(receiver.logsEndpoint(), true)), records);

            assertThat(receiver.logs()).hasSize(1);
        }
    }
}
