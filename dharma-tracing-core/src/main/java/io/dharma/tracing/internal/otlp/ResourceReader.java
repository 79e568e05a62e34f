package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.OtlpFields.Scope;
import io.dharma.tracing.internal.otlp.ProtoReader.Range;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfoBuilder;
import io.opentelemetry.sdk.resources.Resource;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads resources and scopes, and gives the same object for the same bytes while they recur. */
final class ResourceReader {

    private final RecentlyRead<Resource> resources = new RecentlyRead<>();
    private final RecentlyRead<InstrumentationScopeInfo> scopes = new RecentlyRead<>();

    Resource resource(byte[] bytes, Range message, Range schemaUrl) throws MalformedOtlpException {
        Resource known = resources.find(bytes, message, schemaUrl);
        if (known == null) {
            known = readResource(new ProtoReader(bytes, message.start(), message.end()), text(bytes, schemaUrl));
            resources.keep(bytes, message, schemaUrl, known);
        }
        return known;
    }

    InstrumentationScopeInfo scope(byte[] bytes, Range message, Range schemaUrl) throws MalformedOtlpException {
        InstrumentationScopeInfo known = scopes.find(bytes, message, schemaUrl);
        if (known == null) {
            known = readScope(new ProtoReader(bytes, message.start(), message.end()), text(bytes, schemaUrl));
            scopes.keep(bytes, message, schemaUrl, known);
        }
        return known;
    }

    private static Resource readResource(ProtoReader in, @Nullable String schemaUrl) throws MalformedOtlpException {
        AttributesReader attributes = new AttributesReader();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(OtlpFields.Resource.ATTRIBUTES)) {
                attributes.readPair(in);
            } else {
                in.skip(tag);
            }
        }
        try {
            return Resource.create(attributes.build(), schemaUrl);
        } catch (IllegalArgumentException e) {
            // Of a name that is too long, or not printable ASCII.
            throw in.malformed("a resource with an attribute that OpenTelemetry does not allow");
        }
    }

    private static InstrumentationScopeInfo readScope(ProtoReader in, @Nullable String schemaUrl)
            throws MalformedOtlpException {
        AttributesReader attributes = new AttributesReader();
        String name = "";
        String version = "";
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(Scope.NAME)) {
                name = in.readText();
            } else if (tag == ProtoReader.lengthDelimited(Scope.VERSION)) {
                version = in.readText();
            } else if (tag == ProtoReader.lengthDelimited(Scope.ATTRIBUTES)) {
                attributes.readPair(in);
            } else {
                in.skip(tag);
            }
        }
        InstrumentationScopeInfoBuilder scope =
                InstrumentationScopeInfo.builder(name).setAttributes(attributes.build());
        if (!version.isEmpty()) {
            scope.setVersion(version);
        }
        if (schemaUrl != null) {
            scope.setSchemaUrl(schemaUrl);
        }
        return scope.build();
    }

    private static @Nullable String text(byte[] bytes, Range range) {
        return range.length() == 0 ? null : new String(bytes, range.start(), range.length(), StandardCharsets.UTF_8);
    }
}
