package io.dharma.tracing.propagation;

import io.dharma.tracing.context.CorrelationRefusal;
import io.dharma.tracing.context.CorrelationSource;
import io.dharma.tracing.context.CorrelationTrust;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what {@link CorrelationCounts} tells. Thread-safe, without locks: the maps do not change once they are made. */
final class CorrelationTally {

    private final Map<CorrelationSource, LongAdder> accepted = adders(CorrelationSource.class);
    private final Map<CorrelationRefusal, LongAdder> refused = adders(CorrelationRefusal.class);
    private final LongAdder created = new LongAdder();
    private final LongAdder replaced = new LongAdder();
    private final LongAdder withheld = new LongAdder();
    private final LongAdder unwritten = new LongAdder();

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
        Map<E, LongAdder> adders = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            adders.put(constant, new LongAdder());
        }
        return adders;
    }

    void began(CorrelationTrust trust) {
        switch (trust.outcome()) {
            case ACCEPTED -> increment(accepted, trust.source());
            case CREATED -> created.increment();
            case REPLACED -> replaced.increment();
        }
    }

    void refused(CorrelationRefusal reason) {
        increment(refused, reason);
    }

    void withheld() {
        withheld.increment();
    }

    void unwritten() {
        unwritten.increment();
    }

    private static <E> void increment(Map<E, LongAdder> adders, E key) {
        LongAdder adder = adders.get(key);
        if (adder != null) {
            adder.increment();
        }
    }

    CorrelationCounts counts() {
        return new CorrelationCounts(
                sums(CorrelationSource.class, accepted),
                sums(CorrelationRefusal.class, refused),
                created.sum(),
                replaced.sum(),
                withheld.sum(),
                unwritten.sum());
    }

    private static <E extends Enum<E>> Map<E, Long> sums(Class<E> type, Map<E, LongAdder> adders) {
        Map<E, Long> sums = new EnumMap<>(type);
        adders.forEach((key, adder) -> {
            if (adder.sum() > 0) {
                sums.put(key, adder.sum());
            }
        });
        return sums;
    }
}
