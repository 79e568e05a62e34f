package io.dharma.tracing.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Looks a host up before each exchange with it.
 *
 * <p>The client would do it as well, but on a thread that nobody gets back while the resolver hangs, once per attempt.
 * Here all exchanges with a host wait for the same one lookup, so a hanging resolver costs one thread per host.
 * The JDK caches what it found for 30 s, so that an address that changes is noticed.
 */
final class NameLookup {

    private final String host;
    private final boolean linkLocalAllowed;
    private final Executor executor;
    private @Nullable CompletableFuture<Void> running;

    NameLookup(String host, boolean linkLocalAllowed, Executor executor) {
        this.host = host;
        this.linkLocalAllowed = linkLocalAllowed;
        this.executor = executor;
    }

    /** Completes when the host is known, exceptionally if it is not or must not be used. */
    synchronized CompletableFuture<Void> start() {
        CompletableFuture<Void> lookup = running;
        if (lookup == null || lookup.isDone()) {
            lookup = CompletableFuture.runAsync(this::look, executor);
            running = lookup;
        }
        return lookup;
    }

    private void look() {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                check(address);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(InetAddress address) throws ForbiddenAddressException {
        if (address.isLinkLocalAddress() && !linkLocalAllowed) {
            throw new ForbiddenAddressException();
        }
    }

    /** Whether this is written as an address, which needs no looking up. */
    static boolean isLiteral(String host) {
        return host.startsWith("[") || isDigitsAndDots(host);
    }

    private static boolean isDigitsAndDots(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    /** Whether this is written as an address, and as one that only means something on this machine's own link. */
    static boolean isLinkLocalLiteral(String host) {
        try {
            return isLiteral(host) && InetAddress.getByName(host).isLinkLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** The host's name leads to an address that is refused. */
    static final class ForbiddenAddressException extends IOException {

        private static final long serialVersionUID = 1L;

        ForbiddenAddressException() {
            super("the host's address is link-local");
        }
    }
}
