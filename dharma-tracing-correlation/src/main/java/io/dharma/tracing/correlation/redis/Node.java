package io.dharma.tracing.correlation.redis;

/**
 * Where a server listens.
 *
 * @param host name or address, without the brackets that an IPv6 address has in a URI
 */
record Node(String host, int port) {

    /** As it is written in a URI. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
