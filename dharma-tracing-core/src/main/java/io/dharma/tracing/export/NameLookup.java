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
    private final AddressRule rule;
    private final Executor executor;
    private @Nullable CompletableFuture<Void> running;

    NameLookup(String host, AddressRule rule, Executor executor) {
        this.host = host;
        this.rule = rule;
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
        if (!rule.allows(address)) {
            throw new ForbiddenAddressException(rule);
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

    /** Whether this is written as an address, and as one that the rule does not allow. Looks nothing up. */
    static boolean isRefusedLiteral(String host, AddressRule rule) {
        InetAddress address = literal(host);
        return address != null && !rule.allows(address);
    }

    /** Whether this is written as this machine. Looks nothing up. */
    static boolean isLoopback(String host) {
        InetAddress address = literal(host);
        return host.equalsIgnoreCase("localhost") || (address != null && address.isLoopbackAddress());
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return isLiteral(host) ? InetAddress.getByName(host) : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** The host's name leads to an address that is refused. */
    static final class ForbiddenAddressException extends IOException {

        private static final long serialVersionUID = 1L;

        ForbiddenAddressException(AddressRule rule) {
            super("the host's address is " + rule.refused());
        }
    }
}
