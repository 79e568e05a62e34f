package io.dharma.tracing.redis;

import org.jspecify.annotations.Nullable;

/**
 * Where a server listens.
 *
 * @param host name or address, without the brackets that an IPv6 address has in a URI
 */
record Node(String host, int port) {

    private static final int MAX_HOST_LENGTH = 255;

    /** As somebody names it who may say anything; null if none can be called that. */
    static @Nullable Node of(String host, long port) {
        boolean possible = isHost(host, host.indexOf(':') >= 0) && port >= 1 && port <= 65_535;
        return possible ? new Node(host, (int) port) : null;
    }

    /** Whether it may be a name or, in a URI within brackets if of IPv6, an address. */
    static boolean isHost(String host, boolean inBrackets) {
        String allowed = inBrackets ? ":.%" : "-_.";
        return !host.isEmpty()
                && host.length() <= MAX_HOST_LENGTH
                && host.chars()
                        .allMatch(c -> (c >= '0' && c <= '9')
                                || (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || allowed.indexOf(c) >= 0);
    }

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
