package io.dharma.tracing.redis;

import io.dharma.tracing.spi.DaemonThreads;
import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.ThreadFactoryProvider;
import io.lettuce.core.resource.Transports;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one thread, {@code dharma-redis}, that Lettuce has of us for all it does: connections, answers and time. Nothing
 * ever waits on it. Any thread may call any method.
 *
 * <p>Nobody listens for its end: for that Netty would start a thread more, {@code globalEventExecutor}, that lives for a
 * second. Only where the application brought one of Netty's native transports, with which Lettuce insists on a group of
 * its own making, there is that.
 */
final class RedisThread implements EventLoopGroupProvider {

    private static final String NAME = "dharma-redis";

    /** It has nothing to wait for, so it ends at once where there is a processor for it. */
    private static final Duration MAX_TIME_TO_END = Duration.ofMillis(500);

    private final EventLoopGroup group;
    private final AtomicReference<@Nullable Thread> thread;

    private RedisThread(EventLoopGroup group, AtomicReference<@Nullable Thread> thread) {
        this.group = group;
        this.thread = thread;
    }

    static RedisThread start() {
        AtomicReference<@Nullable Thread> started = new AtomicReference<>();
        ThreadFactory factory = task -> {
            Thread thread = DaemonThreads.of(NAME, task);
            started.set(thread);
            return thread;
        };
        return new RedisThread(newGroup(factory), started);
    }

    private static EventLoopGroup newGroup(ThreadFactory factory) {
        if (Transports.socketChannelClass() == NioSocketChannel.class) {
            return new SingleThreadIoEventLoop(null, factory, NioIoHandler.newFactory());
        }
        ThreadFactoryProvider threads = pool -> factory;
        return new DefaultEventLoopGroupProvider(1, threads).allocate(Transports.eventLoopGroupClass());
    }

    EventLoop loop() {
        return group.next();
    }

    /**
     * Ends it, and waits for that, not longer than half a second: the classes that it still needs on its way out may be
     * gone as soon as an application has stopped.
     *
     * @param before is run on it as the last thing, since Netty remembers what it does for each thread that does it
     */
    void close(Duration deadline, Runnable before) {
        loop().execute(() -> {
            before.run();
            Future<?> unused = group.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        });
        Thread last = thread.get();
        if (last != null && last != Thread.currentThread()) {
            await(last, deadline.compareTo(MAX_TIME_TO_END) < 0 ? deadline : MAX_TIME_TO_END);
        }
    }

    private static void await(Thread thread, Duration time) {
        try {
            thread.join(Math.max(1, time.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lettuce gets it whatever it asks for. */
    @Override
    @SuppressWarnings("unchecked")
    public <T extends EventLoopGroup> T allocate(Class<T> type) {
        return (T) group;
    }

    @Override
    public int threadPoolSize() {
        return 1;
    }

    /** Ends with its owner, not with a client. */
    @Override
    public Future<Boolean> release(EventExecutorGroup group, long quietPeriod, long timeout, TimeUnit unit) {
        return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
    }

    @Override
    public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
        return ImmediateEventExecutor.INSTANCE.newSucceededFuture(true);
    }
}
