package io.dharma.tracing.redis;

import org.jspecify.annotations.Nullable;

/**
 * Where a server listens.
 *
 * @param host name or address, without the brackets that an IPv6 address has in a URI
 */
record Node(String host, int port) {

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Node that && port == that.port && host.equals(that.host);
    }

    @Override
    public int hashCode() {
        return 31 * host.hashCode() + port;
    }

    /** As it is written in a URI. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
