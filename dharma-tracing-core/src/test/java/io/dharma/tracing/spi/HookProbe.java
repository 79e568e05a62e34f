package io.dharma.tracing.spi;

import io.dharma.tracing.context.MdcMirror;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.util.List;
import org.slf4j.MDC;

/** A process of its own: says what the MDC shows, when others use or wrap the storage before or after us. */
final class HookProbe {

    private HookProbe() {}

    public static void main(String[] order) {
        for (String step : List.of(order)) {
            switch (step) {
                case "use" -> Context.current();
                case "wrap" -> ContextStorage.addWrapper(Foreign::new);
                case "register" -> ContextHooks.register(MdcMirror.ofTraceAndSpan());
                default -> throw new IllegalArgumentException(step);
            }
        }
        System.out.println("installed=" + ContextHooks.isInstalled());
        System.out.println("foreign=" + (ContextStorage.get() instanceof Foreign));
        Context traced = traced();
        try (Scope scope = traced.makeCurrent()) {
            System.out.println("makeCurrent=" + MDC.get("span_id"));
        }
        try (Scope scope = ContextHooks.attach(traced)) {
            System.out.println("attach=" + MDC.get("span_id"));
        }
        System.out.println("after=" + MDC.get("span_id"));
    }

    /** Not a constant: even {@code Context.root()} puts the storage to use. */
    private static Context traced() {
        return Context.root()
                .with(Span.wrap(SpanContext.create(
                        "0af7651916cd43dd8448eb211c80319c",
                        "b7ad6b7169203331",
                        TraceFlags.getSampled(),
                        TraceState.getDefault())));
    }

    private record Foreign(ContextStorage storage) implements ContextStorage {

        @Override
        public Scope attach(Context toAttach) {
            return storage.attach(toAttach);
        }

        @Override
        public Context current() {
            return storage.current();
        }
    }
}
