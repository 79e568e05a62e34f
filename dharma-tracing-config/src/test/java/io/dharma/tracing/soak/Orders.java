package io.dharma.tracing.soak;

import io.dharma.tracing.DharmaTracing;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread of the shop: takes orders at a steady rate, each a trace of four blocks full of secrets, and notes down the
 * ids of what it recorded. One of ten cards is declined, from deep inside the code.
 */
final class Orders implements Runnable {

    static final String ROOT = "place-order";
    static final String CHARGE = "charge-card";
    static final String DECLINED = "order.declined";

    private static final int DECLINES_ONE_OF = 10;
    private static final int DEPTH = 400;

    /** Makes of successive numbers some that do not look alike, so that they take room also where things are compressed. */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private static final AttributeKey<String> AUTHORIZATION = AttributeKey.stringKey("authorization");

    /** Longer than what is kept of an attribute. */
    private static final int INVOICE_LENGTH = 6_000;

    private static final Map<String, String> INBOUND =
            Map.of("baggage", "tenant=acme,api_key=" + PlantedSecrets.API_KEY);

    private final DharmaTracing dharma;
    private final Logger log;
    private final DataOutputStream spanIds;
    private final DataOutputStream logIds;
    private final Duration length;
    private final int perSecond;
    private int leakedHeaders;

    /** @param spanIds gets those of all spans, {@code logIds} those of the spans that log records were written in */
    Orders(DharmaTracing dharma, DataOutputStream spanIds, DataOutputStream logIds, Duration length, int perSecond) {
        this.dharma = dharma;
        this.log = dharma.openTelemetry().getLogsBridge().get("shop");
        this.spanIds = spanIds;
        this.logIds = logIds;
        this.length = length;
        this.perSecond = perSecond;
    }

    private static final class CardDeclined extends RuntimeException {

        private static final long serialVersionUID = 1L;

        CardDeclined(Throwable cause) {
            super("declined card " + PlantedSecrets.CARD + " of jane, password=" + PlantedSecrets.PASSWORD, cause);
        }
    }

    @Override
    public void run() {
        long start = System.nanoTime();
        long next = start;
        for (long number = 0; next - start < length.toNanos(); number++) {
            take(number);
            // What a pause made it miss is not made up for, as customers would not come all at once either.
            next = Math.max(next + TimeUnit.SECONDS.toNanos(1) / perSecond, System.nanoTime());
            sleepUntil(next);
        }
    }

    private static void sleepUntil(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** Requests whose outgoing headers were not what they should be. */
    int leakedHeaders() {
        return leakedHeaders;
    }

    private void take(long number) {
        Context caller = dharma.extract(Context.root(), INBOUND, new Headers());
        try (Scope scope = caller.makeCurrent()) {
            dharma.tracedRun(ROOT, order -> place(order, number));
        } catch (CardDeclined declined) {
            // As the server around it would.
        }
    }

    private void place(TracedBlock order, long number) {
        boolean declined = number % DECLINES_ONE_OF == 0;
        note(spanIds, order);
        order.attribute("order.id", number).attribute(DECLINED, declined);
        order.event("authorized", Attributes.of(AUTHORIZATION, "Bearer " + PlantedSecrets.WEB_TOKEN));
        dharma.tracedRun("load-order", block -> load(block, number));
        dharma.tracedRun("write-invoice", block -> writeInvoice(block, number));
        try {
            dharma.tracedRun(CHARGE, charge -> charge(charge, declined));
        } catch (CardDeclined thrown) {
            note(logIds, order);
            log.logRecordBuilder()
                    .setSeverity(Severity.ERROR)
                    .setBody(thrown.getMessage())
                    .setAttribute(AttributeKey.stringKey("api_key"), PlantedSecrets.API_KEY)
                    .emit();
            throw thrown;
        }
    }

    private void load(TracedBlock block, long number) {
        note(spanIds, block);
        block.attribute(
                "db.query.text",
                "select * from orders where id = " + number + " and owner = '" + PlantedSecrets.PASSWORD + "'");
        block.attribute(
                "url.full",
                "https://jane:" + PlantedSecrets.PASSWORD + "@orders.example/?token=" + PlantedSecrets.TOKEN);
        checkHeaders();
    }

    private void checkHeaders() {
        Map<String, String> outbound = new HashMap<>();
        dharma.inject(outbound, Map::put);
        if (!"tenant=acme".equals(outbound.get("baggage")) || !outbound.containsKey("traceparent")) {
            leakedHeaders++;
        }
    }

    private void writeInvoice(TracedBlock block, long number) {
        note(spanIds, block);
        StringBuilder invoice = new StringBuilder(INVOICE_LENGTH + 100);
        invoice.append("paid with ").append(PlantedSecrets.TOKEN);
        for (long item = number; invoice.length() < INVOICE_LENGTH; item++) {
            invoice.append(", item ").append(Long.toHexString(item * SPREAD));
        }
        block.attribute("invoice", invoice.toString());
        block.attribute("user.password", PlantedSecrets.PASSWORD);
    }

    private void charge(TracedBlock block, boolean declined) {
        note(spanIds, block);
        block.attribute(DECLINED, declined);
        if (declined) {
            decline(DEPTH);
        }
    }

    private static void decline(int depth) {
        if (depth > 0) {
            decline(depth - 1);
            return;
        }
        throw new CardDeclined(new IllegalStateException("the bank said no to token " + PlantedSecrets.TOKEN));
    }

    private static void note(DataOutputStream ids, TracedBlock block) {
        try {
            ids.writeLong(Long.parseUnsignedLong(block.spanId(), 16));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Headers implements TextMapGetter<Map<String, String>> {

        @Override
        @SuppressWarnings("deprecation") // keys() is, and has to be implemented
        public Iterable<String> keys(Map<String, String> headers) {
            return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    }
}
