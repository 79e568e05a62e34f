package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationRefusal;
import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.propagation.AddressedSetter;
import io.dharma.tracing.propagation.CorrelationCounts;
import io.dharma.tracing.propagation.CorrelationPropagation;
import io.dharma.tracing.propagation.Propagators;
import io.dharma.tracing.redaction.Redactor;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.MDC;

/** One request, from its headers in to its headers out. */
class CorrelatedRequestTest {

    private static final TextMapSetter<Map<String, String>> SETTER = (headers, name, value) -> {
        if (headers != null) {
            headers.put(name, value);
        }
    };

    private static final TextMapGetter<Map<String, String>> GETTER = new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // keys() is, and has to be implemented
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    @RegisterExtension
    final TracerFixture fixture =
            TracerFixture.with(settings -> settings.propagator(Propagators.named(List.of("tracecontext", "baggage")))
                    .redactor(Redactor.builder().build())
                    .mdc(MdcMirror.ofAllIds())
                    .correlation(CorrelationPropagation.builder().build()));

    @Test
    void request_hasOneIdInSpanMdcNextServiceAndResponse() {
        Map<String, String> request = Map.of("X-Correlation-ID", "order-4711", "X-Request-ID", "request-1");
        Map<String, String> next = new HashMap<>();
        Map<String, String> response = new HashMap<>();

        fixture.tracer().block("POST /orders").parentFrom(request, GETTER).run(block -> {
            assertThat(MDC.get("correlation_id")).isEqualTo("order-4711");
            assertThat(MDC.get("request_id")).isEqualTo("request-1");
            assertThat(MDC.get("trace_id")).isEqualTo(block.traceId());
            fixture.tracer().injectTo("stock", next, SETTER);
            fixture.tracer().echoCorrelation(response, SETTER);
        });

        assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
        assertThat(fixture.span("POST /orders").getAttributes().get(Correlation.ATTRIBUTE))
                .isEqualTo("order-4711");
        assertThat(next)
                .containsEntry("X-Correlation-ID", "order-4711")
                .containsEntry("baggage", "dharma.cid=order-4711,dharma.rid=request-1");
        assertThat(response).isEqualTo(Map.of("X-Correlation-ID", "order-4711"));
        assertThat(fixture.tracer().health().correlation().accepted()).hasSize(1);
    }

    @Test
    void idThatLooksLikeASecret_isNowhereAndAnotherIsEverywhere() {
        Map<String, String> request = Map.of("X-Correlation-ID", "4111111111111111");
        Map<String, String> next = new HashMap<>();
        String[] id = new String[1];

        fixture.tracer().block("POST /orders").parentFrom(request, GETTER).run(block -> {
            id[0] = MDC.get("correlation_id");
            fixture.tracer().injectTo("stock", next, SETTER);
        });

        assertThat(id[0]).matches("[0-9a-f]{32}");
        assertThat(fixture.span("POST /orders").getAttributes().get(Correlation.ATTRIBUTE))
                .isEqualTo(id[0]);
        assertThat(next).containsEntry("X-Correlation-ID", id[0]);
        assertThat(fixture.tracer().health().correlation().refused())
                .isEqualTo(Map.of(CorrelationRefusal.SENSITIVE, 1L));
        assertThat(fixture.tracer().health().correlation().replaced()).isEqualTo(1);
    }

    @Test
    void secretsInBaggage_areTakenOutBesideTheCorrelation() {
        Map<String, String> next = new HashMap<>();
        Context request = fixture.tracer().extract(Context.root(), Map.of(), GETTER);

        try (Scope scope = request.with(Baggage.builder()
                        .put("password", "hunter2")
                        .put("region", "eu")
                        .build())
                .makeCurrent()) {
            fixture.tracer().inject(next, AddressedSetter.of(SETTER, "stock"));
        }

        assertThat(next.get("baggage"))
                .contains("dharma.cid=" + Correlation.idIn(request), "region=eu")
                .doesNotContain("hunter2");
    }

    @Test
    void tracerWithoutRules_readsAndTellsNothing() {
        fixture.restart(settings -> settings.propagator(Propagators.named(List.of("tracecontext", "baggage"))));
        Map<String, String> response = new HashMap<>();

        Context read = fixture.tracer().extract(Context.root(), Map.of("X-Correlation-ID", "order-4711"), GETTER);
        fixture.tracer().echoCorrelation(response, SETTER);

        assertThat(Correlation.from(read)).isNull();
        assertThat(response).isEmpty();
        assertThat(fixture.tracer().health().correlation()).isEqualTo(CorrelationCounts.NONE);
    }
}
