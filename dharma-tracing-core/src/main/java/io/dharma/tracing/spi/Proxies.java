package io.dharma.tracing.spi;

import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Whether connections go through a proxy. Any thread. */
public final class Proxies {

    private Proxies() {}

    /**
     * Whether the selector sends connections to this address through a proxy. Runs the selector, which may be the
     * application's: what it throws comes out.
     */
    public static boolean areUsedFor(URI uri, @Nullable ProxySelector selector) {
        return selector != null && selector.select(uri).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
    }
}
