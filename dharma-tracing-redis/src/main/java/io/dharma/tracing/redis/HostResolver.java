package io.dharma.tracing.redis;

import io.dharma.tracing.spi.BlockingTasks;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks hosts up with the JDK's resolver, on a thread that may wait. Netty's own would do it on the thread on which all
 * answers arrive, or speak DNS past what the host's administrator set up.
 *
 * <p>Each connection looks its host up again; the JDK remembers for 30 s. Of several addresses each attempt takes the
 * next one.
 */
final class HostResolver extends AddressResolverGroup<InetSocketAddress> {

    private final AtomicInteger attempts = new AtomicInteger();

    /** Keeps none, since it would have to listen for the end of their thread, and they hold nothing. */
    @Override
    public AddressResolver<InetSocketAddress> getResolver(EventExecutor executor) {
        return newResolver(executor);
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Lookup(executor).asAddressResolver();
    }

    private final class Lookup extends InetNameResolver {

        Lookup(EventExecutor executor) {
            super(executor);
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {
            byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
            Runnable look = () -> look(host, promise);
            if (literal != null) {
                look.run();
            } else if (!BlockingTasks.laneOfHost(host).offer(look)) {
                promise.setFailure(new UnknownHostException("too many look-ups wait for one that hangs"));
            }
        }

        private void look(String host, Promise<InetAddress> promise) {
            try {
                InetAddress[] addresses = InetAddress.getAllByName(host);
                int next = Math.floorMod(attempts.getAndIncrement(), addresses.length);
                promise.trySuccess(allowed(addresses[next]));
            } catch (Throwable thrown) {
                promise.tryFailure(thrown);
            }
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
            Promise<InetAddress> one = executor().newPromise();
            doResolve(host, one);
            one.addListener(looked -> {
                if (looked.isSuccess()) {
                    promise.trySuccess(List.of(one.getNow()));
                } else {
                    promise.tryFailure(looked.cause());
                }
            });
        }
    }

    /** Where clouds serve their credentials, so that a setting somebody else could influence does not reach them. */
    private static InetAddress allowed(InetAddress address) throws ForbiddenAddressException {
        if (address.isLinkLocalAddress()) {
            throw new ForbiddenAddressException();
        }
        return address;
    }

    /** The host's name leads to an address that is refused. */
    static final class ForbiddenAddressException extends UnknownHostException {

        private static final long serialVersionUID = 1L;

        ForbiddenAddressException() {
            super("the host's address is link-local");
        }
    }
}
