package io.dharma.tracing.examples.quickstart;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** How many pieces of an article are there. Counting on the upper floor takes a while. */
final class Warehouse {

    private static final Duration WAY_UPSTAIRS = Duration.ofMillis(40);

    private static final Map<String, Integer> GROUND_FLOOR =
            Map.of("KETTLE-17", 40, "MUG-03", 310, "LAMP-22", 12, "RUG-09", 0);
    private static final Map<String, Integer> UPPER_FLOOR = Map.of("DESK-80", 3, "CHAIR-11", 9, "SHELF-40", 5);

    int stock(String sku) {
        Integer below = GROUND_FLOOR.get(sku);
        if (below != null) {
            return below;
        }
        LockSupport.parkNanos(WAY_UPSTAIRS.toNanos());
        return UPPER_FLOOR.getOrDefault(sku, 0);
    }
}
