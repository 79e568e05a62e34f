package io.dharma.tracing.internal.otlp;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;

/** Writes the contents of {@code Resource} and {@code InstrumentationScope}. */
final class ResourceWriter {

    private ResourceWriter() {}

    static void write(ProtoWriter out, Resource resource) {
        AttributesWriter.write(out, OtlpFields.Resource.ATTRIBUTES, resource.getAttributes());
    }

    static void write(ProtoWriter out, InstrumentationScopeInfo scope) {
        out.text(OtlpFields.Scope.NAME, scope.getName());
        out.textIfSet(OtlpFields.Scope.VERSION, scope.getVersion());
        AttributesWriter.write(out, OtlpFields.Scope.ATTRIBUTES, scope.getAttributes());
    }
}
