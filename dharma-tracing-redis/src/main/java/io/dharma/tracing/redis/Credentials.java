package io.dharma.tracing.redis;

import io.lettuce.core.RedisURI;
import java.util.Objects;
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

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Credentials that
                && Objects.equals(user, that.user)
                && Objects.equals(password, that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, password);
    }

    /** Says neither. */
    @Override
    public String toString() {
        return password == null ? "none" : "...";
    }
}
