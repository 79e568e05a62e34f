package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN} makes of exceptions, as a collector sees it. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ExceptionLogsTest {

    private static void fail(OtlpReceiver collector, String signal, boolean flushing) {
        DharmaConfig config = Given.nothing()
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint().toString())
                .environment("OTEL_LOGS_EXPORTER", "otlp")
                .environment("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", signal)
                .config();
        DharmaTracing dharma = DharmaTracing.init(config);
        assertThatThrownBy(() -> dharma.tracedRun("charge", block -> {
                    block.event("authorised");
                    throw new IllegalStateException("password=hunter2 is wrong");
                }))
                .isInstanceOf(IllegalStateException.class);
        if (flushing) {
            assertThat(dharma.flush(Duration.ofSeconds(20))).isTrue();
            assertThat(collector.logs()).hasSize(1);
        }
        dharma.close();
    }

    private static Map<String, String> attributes(LogRecord record) {
        return record.getAttributesList().stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey, attribute -> attribute.getValue().getStringValue()));
    }

    private static void assertIsTheException(OtlpReceiver collector) {
        assertThat(collector.logs()).hasSize(1);
        LogRecord record = collector.logs().get(0);
        Span span = collector.spans().get(0);
        assertThat(record.getTraceId()).isEqualTo(span.getTraceId());
        assertThat(record.getSpanId()).isEqualTo(span.getSpanId());
        assertThat(record.getEventName()).isEqualTo("exception");
        assertThat(record.getSeverityText()).isEqualTo("ERROR");
        assertThat(attributes(record))
                .containsEntry("exception.type", "java.lang.IllegalStateException")
                .containsKey("exception.stacktrace");
        assertThat(attributes(record).get("exception.message"))
                .contains("is wrong")
                .doesNotContain("hunter2");
    }

    @Test
    void exception_isALogRecordInsteadOfAnEvent() {
        try (OtlpReceiver collector = OtlpReceiver.start()) {
            fail(collector, "logs", true);

            assertIsTheException(collector);
            assertThat(collector.spans().get(0).getEventsList())
                    .extracting(Span.Event::getName)
                    .containsExactly("authorised");
        }
    }

    @Test
    void exception_isBothWhereThatIsWanted() {
        try (OtlpReceiver collector = OtlpReceiver.start()) {
            fail(collector, "logs/dup", true);

            assertIsTheException(collector);
            assertThat(collector.spans().get(0).getEventsList())
                    .extracting(Span.Event::getName)
                    .containsExactly("authorised", "exception");
        }
    }

    @Test
    void exceptionOfASpanThatEndsLast_isALogRecordBeforeTheEnd() {
        try (OtlpReceiver collector = OtlpReceiver.start()) {
            fail(collector, "logs", false);

            assertIsTheException(collector);
        }
    }
}
