package io.dharma.tracing.propagation;

import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Correlation as entries of W3C baggage. They are in the context's baggage only while headers are written: what came in
 * is taken out at once, so that nothing forwards it to hosts that it is not for.
 */
final class CorrelationBaggage {

    static final String CORRELATION_ID = "dharma.cid";

    /** The caller's request id: the cause of the request that it is sent with. */
    static final String REQUEST_ID = "dharma.rid";

    static final String CONVERSATION_ID = "dharma.conversation";
    static final String ORIGIN_SERVICE = "dharma.origin";

    private static final String OURS = "dharma.";

    private CorrelationBaggage() {}

    /** The context with the correlation among its baggage. */
    static Context with(CorrelationContext correlation, Context context) {
        BaggageBuilder baggage = Baggage.fromContext(context).toBuilder();
        baggage.put(CORRELATION_ID, correlation.correlationId());
        baggage.put(REQUEST_ID, correlation.requestId());
        put(baggage, CONVERSATION_ID, correlation.conversationId());
        put(baggage, ORIGIN_SERVICE, correlation.originService());
        return context.with(baggage.build());
    }

    private static void put(BaggageBuilder baggage, String key, @Nullable String value) {
        if (value != null) {
            baggage.put(key, value);
        }
    }

    /** The context without any of these entries; itself if there are none. */
    static Context without(Context context) {
        Baggage baggage = Baggage.fromContext(context);
        if (baggage.isEmpty()) {
            return context;
        }
        BaggageBuilder others = Baggage.builder();
        int[] left = new int[1];
        baggage.forEach((key, entry) -> {
            if (!key.startsWith(OURS)) {
                others.put(key, entry.getValue(), entry.getMetadata());
                left[0]++;
            }
        });
        return left[0] == baggage.size() ? context : context.with(others.build());
    }
}
