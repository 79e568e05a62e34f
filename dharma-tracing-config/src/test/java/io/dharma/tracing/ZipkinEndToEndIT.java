package io.dharma.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.Backends;
import io.dharma.tracing.testsupport.backends.ZipkinServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From {@code init()} to the real Zipkin, read back through its API. */
@ExtendWith({Backends.class, LeakCheck.class})
class ZipkinEndToEndIT {

    @Test
    void failedTrace_isFoundInZipkin(ZipkinServer zipkin) {
        AtomicReference<String> traceId = new AtomicReference<>("");
        AtomicReference<String> parentId = new AtomicReference<>("");
        try (DharmaTracing dharma = DharmaTracing.init(config -> config.service("checkout")
                .tracing(t -> t.zipkin(zipkin.spansEndpoint().toString())))) {
            assertThatThrownBy(() -> dharma.tracedRun("place-order", order -> {
                        traceId.set(order.traceId());
                        parentId.set(order.spanId());
                        dharma.tracedRun("charge-card", charge -> {
                            throw new IllegalStateException("declined");
                        });
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(dharma.flush(Duration.ofSeconds(20))).isTrue();
        }

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(trace(zipkin, Objects.requireNonNull(traceId.get())))
                        .contains("\"name\":\"place-order\"")
                        .contains("\"name\":\"charge-card\"")
                        .contains("\"parentId\":\"" + parentId.get() + "\"")
                        .contains("\"serviceName\":\"checkout\"")
                        .contains("\"otel.status_code\":\"ERROR\"")
                        .contains("declined"));
    }

    private static String trace(ZipkinServer zipkin, String traceId) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(zipkin.trace(traceId)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
