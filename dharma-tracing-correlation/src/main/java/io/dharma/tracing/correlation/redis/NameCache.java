package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.spi.RecentlyUsed;
import java.util.Map;

/** Names that were made of text lately, so that the same few are not hashed for every hop. Any thread. */
final class NameCache {

    private static final int MAX = 2_048;

    // Guarded by this.
    private final Map<Object, Name> names = new RecentlyUsed<>(MAX);

    synchronized Name of(String service, String operation) {
        // Cut before it is kept here, be it text of a megabyte.
        Name.Operation key = new Name.Operation(
                Name.cut(service, Name.MAX_SERVICE_LENGTH), Name.cut(operation, Name.MAX_OPERATION_LENGTH));
        Name known = names.get(key);
        if (known == null) {
            known = Name.of(key);
            names.put(key, known);
        }
        return known;
    }

    synchronized Name ofErrorType(String type) {
        String key = Name.cut(type, Name.MAX_ERROR_TYPE_LENGTH);
        Name known = names.get(key);
        if (known == null) {
            known = Name.ofErrorType(key);
            names.put(key, known);
        }
        return known;
    }
}
