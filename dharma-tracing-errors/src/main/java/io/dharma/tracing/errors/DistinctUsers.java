package io.dharma.tracing.errors;

import java.util.HashSet;
import java.util.Set;

/** How many users there were. */
final class DistinctUsers {

    private final Set<String> users = new HashSet<>();

    void add(String userKey) {
        users.add(userKey);
    }

    long estimate() {
        return users.size();
    }
}
