package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.spi.BackgroundLog;
import io.dharma.tracing.spi.RecentlyUsed;
import io.opentelemetry.sdk.common.Clock;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Names that were made of text lately, so that the same few are not hashed for every hop. Those for which there is no
 * {@linkplain NameBudget budget} are all the same one, {@value #OTHER}. Any thread.
 */
final class NameCache {

    /** What operations and types of errors are called that are too many. */
    static final String OTHER = "__other__";

    /** A process is one service, or a few. Those of one that is any number are one to us. */
    static final int MAX_SERVICES_WITH_OTHERS = 64;

    private static final int MAX = 2_048;

    private final BackgroundLog log = BackgroundLog.of(RedisCorrelationStore.class);

    // Guarded by this.
    private final Map<Object, Name> names = new RecentlyUsed<>(MAX);
    private final NameBudget budget;
    private final Set<String> servicesWithOthers = new HashSet<>();
    private boolean warned;

    NameCache(Clock clock) {
        this.budget = new NameBudget(clock);
    }

    synchronized Name of(String service, String operation) {
        // Cut before it is kept here, be it text of a megabyte.
        Name.Operation key = new Name.Operation(
                Name.cut(service, Name.MAX_SERVICE_LENGTH), Name.cut(operation, Name.MAX_OPERATION_LENGTH));
        Name known = names.get(key);
        if (known != null) {
            return known;
        }
        Name made = Name.of(key);
        return isAffordable(key, made) ? made : otherOf(key.service());
    }

    synchronized Name ofErrorType(String type) {
        String key = Name.cut(type, Name.MAX_ERROR_TYPE_LENGTH);
        Name known = names.get(key);
        if (known != null) {
            return known;
        }
        Name made = Name.ofErrorType(key);
        return isAffordable(key, made) ? made : Name.ofErrorType(OTHER);
    }

    /** One that is not is asked for again: it may be another time. */
    private boolean isAffordable(Object key, Name made) {
        if (budget.includes(made.id())) {
            names.put(key, made);
            return true;
        }
        if (!warned) {
            warned = true;
            log.warn(
                    "chains in Redis: more than {} different operations and types of errors; what is beyond is kept as {}."
                            + " Operations should have no ids in their names",
                    NameBudget.AT_FIRST,
                    OTHER);
        }
        return false;
    }

    private Name otherOf(String service) {
        if (servicesWithOthers.size() < MAX_SERVICES_WITH_OTHERS) {
            servicesWithOthers.add(service);
        }
        return Name.of(new Name.Operation(servicesWithOthers.contains(service) ? service : OTHER, OTHER));
    }
}
