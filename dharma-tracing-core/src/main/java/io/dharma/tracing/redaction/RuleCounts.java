package io.dharma.tracing.redaction;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Finds by rule. Any thread. */
final class RuleCounts {

    /** Holds every rule from the start and is never changed, so it may be read without a lock. */
    private final Map<Rule, LongAdder> counts = new EnumMap<>(Rule.class);

    RuleCounts() {
        for (Rule rule : Rule.values()) {
            counts.put(rule, new LongAdder());
        }
    }

    void add(Rule rule) {
        Objects.requireNonNull(counts.get(rule)).increment();
    }

    /** By the rules' labels, without those that found nothing. */
    Map<String, Long> snapshot() {
        Map<String, Long> snapshot = new TreeMap<>();
        counts.forEach((rule, count) -> {
            long sum = count.sum();
            if (sum > 0) {
                snapshot.put(rule.label(), sum);
            }
        });
        return snapshot;
    }
}
