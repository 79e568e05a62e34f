package io.dharma.tracing.propagation;

import io.dharma.tracing.context.CorrelationContext;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.BaggageEntry;
import io.opentelemetry.api.baggage.BaggageEntryMetadata;
import io.opentelemetry.context.Context;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
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

    /** Marks an entry that came several times with different values; compared by identity, so that nobody can send it. */
    private static final BaggageEntryMetadata AMBIGUOUS = BaggageEntryMetadata.create("ambiguous");

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

    static boolean isOurs(String key) {
        return key.startsWith(OURS);
    }

    /** Visits all entries, these first: they are few and small, and should not be what a limit cuts off. */
    static void visitOursFirst(Baggage baggage, BiConsumer<String, BaggageEntry> visitor) {
        baggage.forEach((key, entry) -> {
            if (isOurs(key)) {
                visitor.accept(key, entry);
            }
        });
        baggage.forEach((key, entry) -> {
            if (!isOurs(key)) {
                visitor.accept(key, entry);
            }
        });
    }

    /** Puts an entry that came before with another value, of which the first stays to be told from others. */
    static void putAmbiguous(BaggageBuilder baggage, String key, String first) {
        baggage.put(key, first, AMBIGUOUS);
    }

    static boolean isAmbiguous(BaggageEntry entry) {
        return entry.getMetadata() == AMBIGUOUS;
    }

    /** The value under a key; null if there is none, or there were several. */
    static @Nullable String only(Baggage baggage, String key) {
        BaggageEntry entry = baggage.getEntry(key);
        return entry == null || isAmbiguous(entry) ? null : entry.getValue();
    }

    /** These entries and no others, as far as their values are let through. */
    static Baggage alone(Context context, Predicate<String> passable) {
        BaggageBuilder ours = Baggage.builder();
        Baggage.fromContext(context).forEach((key, entry) -> {
            if (isOurs(key) && !isAmbiguous(entry) && passable.test(entry.getValue())) {
                ours.put(key, entry.getValue(), entry.getMetadata());
            }
        });
        return ours.build();
    }

    /** The context with these entries among its baggage. */
    static Context with(Baggage ours, Context context) {
        if (ours.isEmpty()) {
            return context;
        }
        BaggageBuilder baggage = Baggage.fromContext(context).toBuilder();
        ours.forEach((key, entry) -> baggage.put(key, entry.getValue(), entry.getMetadata()));
        return context.with(baggage.build());
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
            if (!isOurs(key)) {
                others.put(key, entry.getValue(), entry.getMetadata());
                left[0]++;
            }
        });
        return left[0] == baggage.size() ? context : context.with(others.build());
    }
}
