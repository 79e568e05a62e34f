package io.dharma.tracing.redis;

import io.dharma.tracing.export.TlsSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One client, with its one thread, for all who want to go to the same place in the same way. Any thread. */
final class SharedClient {

    /** Guarded by itself, as is how many use each of them. */
    private static final Map<Target, SharedClient> IN_USE = new HashMap<>();

    private final Target target;
    private final LettuceClient client;
    private int users;

    private SharedClient(Target target) {
        this.target = target;
        this.client = new LettuceClient(target.address(), target.ofSentinels(), target.tls(), target.timeToConnect());
    }

    /**
     * Where to go, and how.
     *
     * @param tls null for the JDK's own settings
     */
    record Target(
            RedisAddress address,
            Credentials ofSentinels,
            @Nullable TlsSettings tls,
            Duration timeToConnect) {

        /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Target that
                    && address.equals(that.address)
                    && ofSentinels.equals(that.ofSentinels)
                    && Objects.equals(tls, that.tls)
                    && timeToConnect.equals(that.timeToConnect);
        }

        @Override
        public int hashCode() {
            return Objects.hash(address, ofSentinels, tls, timeToConnect);
        }
    }

    /** For one more user, who has to {@link #leave}. */
    static SharedClient of(Target target) {
        synchronized (IN_USE) {
            SharedClient shared = IN_USE.computeIfAbsent(target, SharedClient::new);
            shared.users++;
            return shared;
        }
    }

    LettuceClient client() {
        return client;
    }

    /** Once by each user. True for the last one, who has to close the client. */
    boolean leave() {
        synchronized (IN_USE) {
            users--;
            return users == 0 && IN_USE.remove(target, this);
        }
    }
}
