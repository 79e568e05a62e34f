package io.dharma.tracing.pipeline;

import com.google.protobuf.Message;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What receivers have got, told by span id. */
final class Spans {

    private Spans() {}

    /** In the order they came, each as often as it did. */
    static List<String> ids(OtlpReceiver receiver) {
        return receiver.spans().stream().map(Spans::id).toList();
    }

    static boolean isNamed(Message request, String name) {
        return in(request).anyMatch(span -> span.getName().equals(name));
    }

    static List<String> names(Message request) {
        return in(request).map(Span::getName).toList();
    }

    static long count(Message request) {
        return in(request).count();
    }

    private static Stream<Span> in(Message request) {
        return ((ExportTraceServiceRequest) request)
                .getResourceSpansList().stream()
                        .flatMap(resource -> resource.getScopeSpansList().stream())
                        .flatMap(scope -> scope.getSpansList().stream());
    }

    private static String id(Span span) {
        return HexFormat.of().formatHex(span.getSpanId().toByteArray());
    }
}
