package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.testsupport.ChildJvm;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A start that fails says why and leaves nothing behind. */
@ExtendWith(LeakCheck.class)
class FailedStartTest {

    @Test
    void failure_inTheMiddleLeavesNoThread() {
        assertThatThrownBy(() -> DharmaTracing.init(DharmaConfig.builder()
                        .otlp("http://127.0.0.1:1")
                        .tracing(t -> t.sink(new Named("late") {
                            private final AtomicInteger asked = new AtomicInteger();

                            @Override
                            public String name() {
                                if (asked.incrementAndGet() > 1) {
                                    throw new LinkageError("no such class");
                                }
                                return super.name();
                            }
                        }))
                        .build()))
                .isInstanceOf(LinkageError.class);
    }

    /** Connections are shared and counted: one that is not given back keeps the threads of all. */
    @Test
    void failure_givesConnectionsBack() {
        assertThatThrownBy(() -> DharmaTracing.init(DharmaConfig.builder()
                        .tracing(t -> t.otlp("http://127.0.0.1:1").otlp(o -> o.endpoint("http://127.0.0.1:1")))
                        .metrics(m ->
                                m.otlp(o -> o.endpoint("http://127.0.0.1:1").protocol("grpc")))
                        .build()))
                .isInstanceOf(DharmaConfigException.class);

        try (OtlpReceiver receiver = OtlpReceiver.start();
                DharmaTracing dharma = DharmaTracing.init(DharmaConfig.builder()
                        .tracing(t -> t.otlp(receiver.endpoint().toString()))
                        .build())) {
            dharma.tracedRun("work", block -> {});
            assertThat(dharma.flush(Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void sink_namedLikeAnotherIsAMistake() {
        assertThatThrownBy(() -> DharmaConfig.builder()
                        .tracing(t -> t.otlp("http://127.0.0.1:1").sink(new Named("otlp")))
                        .build())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("sink = \"otlp\" (code)");
        assertThatThrownBy(() -> DharmaConfig.builder()
                        .tracing(t -> t.sink(new Named("mine")).sink(new Named("mine")))
                        .build())
                .isInstanceOf(DharmaConfigException.class)
                .hasMessageContaining("sink = \"mine\" (code)");
    }

    @Test
    void zipkin_withoutItsJarIsAClearError() throws Exception {
        assertThat(new ChildJvm().without("opentelemetry-exporter-zipkin").run(ZipkinStart.class))
                .contains("io.opentelemetry:opentelemetry-exporter-zipkin:1.63.0 on the class path")
                .contains("no thread left");
    }

    static final class ZipkinStart {
        private ZipkinStart() {}

        public static void main(String[] arguments) {
            try {
                DharmaTracing.init(config -> config.tracing(t -> t.zipkin("http://127.0.0.1:1")));
            } catch (DharmaConfigException mistake) {
                System.out.println(mistake.getMessage());
            }
            boolean left = Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().startsWith("dharma-"));
            System.out.println(left ? "a thread is left" : "no thread left");
        }
    }

    private static class Named implements Sink<SpanData> {

        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            return CompletableFuture.completedFuture(Delivery.delivered());
        }
    }
}
