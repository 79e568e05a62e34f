package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.pipeline.DropReason;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpAnswer;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From {@code init()} to the bytes that a collector reads, which checks them against the rules of OTLP. */
@ExtendWith(LeakCheck.class)
class EndToEndTest {

    @Test
    void failedTrace_arrivesAsItHappened() {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            try (DharmaTracing dharma = DharmaTracing.init(config -> config.service("checkout", "1.4.2")
                    .tracing(t -> t.otlp(receiver.endpoint().toString()).sampleRatio(0.999_999)))) {
                assertThatThrownBy(() -> dharma.tracedRun(
                                "place-order",
                                order -> dharma.tracedRun("charge-card", charge -> {
                                    throw new IllegalStateException("declined");
                                })))
                        .isInstanceOf(IllegalStateException.class);
                assertThat(dharma.flush(Duration.ofSeconds(10))).isTrue();
            }

            assertThat(receiver.spans()).hasSize(2);
            Span order = named("place-order", receiver.spans());
            Span charge = named("charge-card", receiver.spans());
            assertThat(order.getTraceId()).isEqualTo(charge.getTraceId());
            assertThat(order.getParentSpanId().isEmpty()).isTrue();
            assertThat(charge.getParentSpanId()).isEqualTo(order.getSpanId());
            assertThat(List.of(order, charge)).allSatisfy(span -> {
                assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
                assertThat(span.getTraceState()).startsWith("ot=th:");
                assertThat(span.getEndTimeUnixNano()).isGreaterThanOrEqualTo(span.getStartTimeUnixNano());
            });
            assertThat(charge.getEventsList()).singleElement().satisfies(event -> {
                assertThat(event.getName()).isEqualTo("exception");
                assertThat(texts(event.getAttributesList()))
                        .containsEntry("exception.type", "java.lang.IllegalStateException")
                        .containsEntry("exception.message", "declined")
                        .hasEntrySatisfying(
                                "exception.stacktrace",
                                trace -> assertThat(trace)
                                        .startsWith("java.lang.IllegalStateException: declined")
                                        .contains("at " + EndToEndTest.class.getName()));
            });
            assertThat(resourceOf(receiver))
                    .containsEntry("service.name", "checkout")
                    .containsEntry("service.version", "1.4.2");
        }
    }

    @Test
    void spansThatAReceiverNeverTakes_costThemselvesAlone(@TempDir Path directory) {
        int spans = 2_000;
        int spoiled = spans / 100;
        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing dharma = DharmaTracing.init(config -> config.service("checkout", "1.4.2")
                        .tracing(t -> t.otlp(receiver.endpoint().toString()))
                        .delivery(d -> d.spool(directory)))) {
            receiver.answerWhenever(message -> message.toString().contains("spoiled"), OtlpAnswer.status(400));

            for (int i = 0; i < spans; i++) {
                dharma.tracedRun(i % 100 == 50 ? "spoiled" : "load-order", order -> {});
            }

            ExporterHealth otlp = Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () -> dharma.health().exporters().get(0),
                            exporter -> exporter.sent() == spans - spoiled
                                    && exporter.dropped().equals(Map.of(DropReason.REJECTED, (long) spoiled)));
            assertThat(otlp.queued() + otlp.spooled()).isZero();
            assertThat(receiver.spans())
                    .hasSize(spans - spoiled)
                    .extracting(Span::getName)
                    .containsOnly("load-order");
        }
    }

    @Test
    void rejectedSpan_canBeLookedAtWithWhatTheReceiverSaid() {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing dharma = DharmaTracing.init(config -> config.service("checkout", "1.4.2")
                        .tracing(t -> t.otlp(receiver.endpoint().toString())))) {
            receiver.answerWhenever(message -> message.toString().contains("place-order"), OtlpAnswer.status(400));

            dharma.tracedRun("place-order", order -> {});
            for (int i = 0; i < 20; i++) {
                dharma.tracedRun("load-order", order -> {});
            }

            assertThat(dharma.flush(Duration.ofSeconds(10))).isFalse();
            assertThat(receiver.spans()).hasSize(20);
            assertThat(dharma.rejectedSpans()).singleElement().satisfies(letter -> {
                assertThat(letter.record().getName()).isEqualTo("place-order");
                assertThat(letter.sink()).isEqualTo("otlp");
                assertThat(letter.reason()).contains("400");
            });
        }
    }

    private static Span named(String name, List<Span> spans) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> resourceOf(OtlpReceiver receiver) {
        return receiver.requests().stream()
                .map(request -> request.message())
                .filter(ExportTraceServiceRequest.class::isInstance)
                .map(ExportTraceServiceRequest.class::cast)
                .map(request -> texts(request.getResourceSpans(0).getResource().getAttributesList()))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> texts(List<KeyValue> attributes) {
        return attributes.stream()
                .collect(Collectors.toMap(
                        KeyValue::getKey, attribute -> attribute.getValue().getStringValue()));
    }
}
