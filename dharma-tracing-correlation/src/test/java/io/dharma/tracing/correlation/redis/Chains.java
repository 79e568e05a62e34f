package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Chains as services record them, the same ones for the same seed. */
final class Chains {

    /** Of each chain, in three services. */
    static final int HOPS = 12;

    private static final HexFormat HEX = HexFormat.of();

    private final SplittableRandom random;
    private final long start;
    private int chains;

    /** @param start of the first chain, nanoseconds since 1970; each begins a millisecond after the last */
    Chains(long seed, long start) {
        this.random = new SplittableRandom(seed);
        this.start = start;
    }

    static long now() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    CorrelationChain next() {
        return next(null, false);
    }

    /** @param failed whether the last hop did */
    CorrelationChain next(@Nullable String userKey, boolean failed) {
        String correlationId = String.format(Locale.ROOT, "order-%016x", random.nextLong());
        String traceId = hex(random.nextLong()) + hex(random.nextLong());
        long begin = start + TimeUnit.MILLISECONDS.toNanos(chains++);
        List<CorrelatedHop> hops = new ArrayList<>();
        String parent = null;
        for (int number = 0; number < HOPS; number++) {
            boolean entry = number % 4 == 0;
            String spanId = hex(random.nextLong());
            Hop.Builder hop = Hop.builder(traceId, spanId)
                    .parent(parent)
                    .service("service-" + number / 4)
                    .operation("operation " + number)
                    .kind(entry ? SpanKind.SERVER : SpanKind.INTERNAL)
                    .start(begin + number * 1_000L)
                    .duration(random.nextLong(1_000_000_000L));
            if (failed && number == HOPS - 1) {
                hop.failed("java.io.IOException");
            }
            hops.add(new CorrelatedHop(correlationId, userKey, entry, hop.build()));
            parent = spanId;
        }
        return new CorrelationChain(correlationId, hops);
    }

    /** Not zero. */
    private static String hex(long bits) {
        return HEX.toHexDigits(bits | 1);
    }

    record CorrelationChain(String id, List<CorrelatedHop> correlated) {

        List<Hop> hops() {
            return correlated.stream().map(CorrelatedHop::hop).toList();
        }
    }
}
