package io.dharma.tracing.propagation;

import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code b3: traceId-spanId[-sampling[-parentSpanId]]}, or only the sampling. */
final class B3SingleHeader implements B3Headers {

    private static final String NAME = "b3";
    private static final int LONGEST = 32 + 1 + 16 + 1 + 1 + 1 + 16;

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public <C> B3 read(@Nullable C carrier, TextMapGetter<C> getter) {
        String header = getter.get(carrier, NAME);
        if (header == null || header.length() > LONGEST) {
            return B3.nothing();
        }
        // The limit keeps empty parts, so that a dash too many is not overlooked.
        String[] parts = header.split("-", -1);
        return switch (parts.length) {
            case 1 -> readDecision(parts[0]);
            case 2 -> B3.span(parts[0], parts[1], B3Sampling.DEFER);
            case 3, 4 -> readSpan(parts[0], parts[1], parts[2]);
            default -> B3.nothing();
        };
    }

    private static B3 readDecision(String code) {
        B3Sampling sampling = B3Sampling.ofCode(code);
        return sampling == null ? B3.nothing() : B3.decisionOnly(sampling);
    }

    private static B3 readSpan(String traceId, String spanId, String code) {
        B3Sampling sampling = B3Sampling.ofCode(code);
        return sampling == null ? B3.nothing() : B3.span(traceId, spanId, sampling);
    }

    @Override
    public <C> void write(B3 b3, @Nullable C carrier, TextMapSetter<C> setter) {
        String code = b3.sampling().code();
        if (b3.span().isValid()) {
            String ids = b3.span().getTraceId() + "-" + b3.span().getSpanId();
            setter.set(carrier, NAME, code.isEmpty() ? ids : ids + "-" + code);
        } else {
            setter.set(carrier, NAME, code);
        }
    }
}
