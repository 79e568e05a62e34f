package io.dharma.tracing.trace;

import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerBuilder;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfoBuilder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** OpenTelemetry's tracing API over our spans, for libraries that are instrumented with it. */
final class OpenTelemetryTracerProvider implements TracerProvider {

    private static final String UNNAMED = "unknown";

    private final SpanSource source;
    private final Map<InstrumentationScopeInfo, Tracer> tracers = new ConcurrentHashMap<>();

    OpenTelemetryTracerProvider(SpanSource source) {
        this.source = source;
    }

    @Override
    public Tracer get(@Nullable String name) {
        return tracerBuilder(name).build();
    }

    @Override
    public Tracer get(@Nullable String name, @Nullable String version) {
        TracerBuilder builder = tracerBuilder(name);
        return (version == null ? builder : builder.setInstrumentationVersion(version)).build();
    }

    @Override
    public TracerBuilder tracerBuilder(@Nullable String name) {
        return new Builder(name == null || name.isEmpty() ? UNNAMED : name);
    }

    private Tracer tracer(InstrumentationScopeInfo scope) {
        return tracers.computeIfAbsent(scope, SourceTracer::new);
    }

    private final class Builder implements TracerBuilder {

        private final InstrumentationScopeInfoBuilder scope;

        Builder(String name) {
            scope = InstrumentationScopeInfo.builder(name);
        }

        @Override
        public TracerBuilder setSchemaUrl(String schemaUrl) {
            scope.setSchemaUrl(schemaUrl);
            return this;
        }

        @Override
        public TracerBuilder setInstrumentationVersion(String version) {
            scope.setVersion(version);
            return this;
        }

        @Override
        public Tracer build() {
            return tracer(scope.build());
        }
    }

    private final class SourceTracer implements Tracer {

        private final InstrumentationScopeInfo scope;

        SourceTracer(InstrumentationScopeInfo scope) {
            this.scope = scope;
        }

        @Override
        public SpanBuilder spanBuilder(@Nullable String name) {
            return new OpenTelemetrySpanBuilder(source, scope, name);
        }
    }
}
