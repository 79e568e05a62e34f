package io.dharma.tracing.correlation.redis;

import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;

/**
 * As whom a server knows us. Immutable.
 *
 * @param user null for the server's default user
 * @param password null for none
 */
record Credentials(@Nullable String user, @Nullable String password) {

    static final Credentials NONE = new Credentials(null, null);

    void addTo(RedisURI uri) {
        if (user != null && password != null) {
            uri.setAuthentication(user, password.toCharArray());
        } else if (password != null) {
            uri.setAuthentication(password.toCharArray());
        }
    }

    /** Says neither. */
    @Override
    public String toString() {
        return password == null ? "none" : "...";
    }
}
