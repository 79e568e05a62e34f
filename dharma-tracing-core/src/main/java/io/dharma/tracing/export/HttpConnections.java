package io.dharma.tracing.export;

import io.dharma.tracing.spi.BlockingTasks;
import io.dharma.tracing.spi.DaemonThreads;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * One JDK {@link HttpClient} with its threads, shared by all endpoints that agree on how to connect.
 *
 * <p>Nothing runs before the first exchange, and nothing is left after the last user has released it. There are two
 * threads: {@code dharma-http-selector} (the client's own, renamed) and {@code dharma-http}, which does what never
 * waits, the client's work and deadlines. What may wait, a look-up of a name or a proxy selector of the application, is
 * left to {@link BlockingTasks}, in the host's lane: one that hangs takes one thread, and holds up no other host.
 *
 * <p>Always HTTP/1.1. In cleartext HTTP/2 would begin with an upgrade that collectors do not speak, and over TLS a
 * connection that has gone dead would keep taking every later exchange down with it: with HTTP/1.1 the exchange that
 * ran into its deadline closes its connection.
 */
final class HttpConnections {

    /**
     * How to connect. Equal settings share a client.
     *
     * @param tls whom to trust, as something with a meaningful {@code equals}
     * @param proxy null for the JDK's system-wide choice
     * @param protocols which versions of TLS, null for the JDK's choice
     * @param executor runs the client's work instead of threads of ours, null for ours
     */
    record Settings(
            @Nullable Object tls,
            @Nullable SSLContext context,
            @Nullable ProxySelector proxy,
            @Nullable List<String> protocols,
            @Nullable Executor executor,
            Duration connectTimeout) {

        /** Longer than most exchanges may take: it only ends the system's own attempt, which goes on for minutes. */
        private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

        static Settings of(@Nullable TlsSettings tls) {
            return new Settings(tls, tls == null ? null : tls.context(), null, null, null, CONNECT_TIMEOUT);
        }

        /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Settings that
                    && Objects.equals(tls, that.tls)
                    && Objects.equals(context, that.context)
                    && Objects.equals(proxy, that.proxy)
                    && Objects.equals(protocols, that.protocols)
                    && Objects.equals(executor, that.executor)
                    && connectTimeout.equals(that.connectTimeout);
        }

        @Override
        public int hashCode() {
            return Objects.hash(tls, context, proxy, protocols, executor, connectTimeout);
        }
    }

    private static final Map<Settings, HttpConnections> OPEN = new HashMap<>();

    private static final long IDLE_SECONDS = 5;

    private final Settings settings;
    private final ThreadGroup threads = new ThreadGroup("dharma-http");
    private final ScheduledThreadPoolExecutor worker =
            new ScheduledThreadPoolExecutor(1, task -> DaemonThreads.of(threads, "dharma-http", task));
    private final Map<String, NameLookup> lookups = new ConcurrentHashMap<>();
    private int users;
    private volatile boolean closed;
    private @Nullable HttpClient client;
    private @Nullable Thread selector;

    private HttpConnections(Settings settings) {
        this.settings = settings;
        worker.setRemoveOnCancelPolicy(true);
        worker.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        worker.allowCoreThreadTimeOut(true);
    }

    /** Joins those who connect in this way; to be released once. */
    static HttpConnections acquire(Settings settings) {
        synchronized (OPEN) {
            HttpConnections connections = OPEN.get(settings);
            if (connections == null) {
                connections = new HttpConnections(settings);
                OPEN.put(settings, connections);
            }
            connections.users++;
            return connections;
        }
    }

    /** The last one to leave closes the connections; whatever was under way fails. */
    void release() {
        synchronized (OPEN) {
            if (--users > 0) {
                return;
            }
            OPEN.remove(settings);
        }
        close();
    }

    /**
     * By a thread of {@link #executor()}, before anything is sent: the client's own thread, which it starts, is then one of
     * ours to be found. Takes 100 ms the first time.
     *
     * @throws IllegalStateException if it is closed: a client made now would be nobody's to close
     */
    void makeClient() {
        HttpClient unused = client();
    }

    /**
     * Begins an exchange.
     *
     * @throws IllegalStateException if it is closed
     */
    <T> CompletableFuture<HttpResponse<T>> send(HttpRequest request, BodyHandler<T> handler) {
        return client().sendAsync(request, handler);
    }

    /** For what never waits. */
    Executor executor() {
        Executor given = settings.executor();
        return given != null ? given : worker;
    }

    /**
     * For what may wait, or calls the application, because of a host: one task after another.
     *
     * @throws RejectedExecutionException by the executor, if too much waits
     */
    Executor waiting(String host) {
        Executor given = settings.executor();
        return given != null ? given : BlockingTasks.laneOfHost(host);
    }

    /** Takes back what was given to {@link #waiting} and has not begun. */
    void forget(String host, Runnable task) {
        if (settings.executor() == null) {
            boolean unused = BlockingTasks.laneOfHost(host).remove(task);
        }
    }

    /** The look-up that all endpoints on this host share. */
    NameLookup lookup(String host, AddressRule rule) {
        return lookups.computeIfAbsent(
                rule + " " + host,
                key -> new NameLookup(host, rule, NameLookup.isLiteral(host) ? Runnable::run : waiting(host)));
    }

    /**
     * What is scheduled must not wait.
     *
     * @throws RejectedExecutionException if it is closed
     */
    Future<?> schedule(Runnable task, Duration delay) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        return worker.schedule(task, nanos(delay), TimeUnit.NANOSECONDS);
    }

    /** Whether choosing a proxy runs code that is not the JDK's. */
    boolean hasForeignProxySelector() {
        ProxySelector selector = proxy();
        return selector != null && selector.getClass().getModule() != Object.class.getModule();
    }

    @Nullable
    ProxySelector proxy() {
        ProxySelector given = settings.proxy();
        return given != null ? given : ProxySelector.getDefault();
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    private synchronized HttpClient client() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        HttpClient current = client;
        if (current == null) {
            current = build();
            client = current;
            nameSelectorThread();
        }
        return current;
    }

    private HttpClient build() {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(Version.HTTP_1_1)
                .followRedirects(Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .executor(executor());
        if (settings.context() != null) {
            builder.sslContext(settings.context());
        }
        if (settings.proxy() != null) {
            builder.proxy(settings.proxy());
        }
        if (settings.protocols() != null) {
            SSLParameters parameters = new SSLParameters();
            parameters.setProtocols(settings.protocols().toArray(new String[0]));
            builder.sslParameters(parameters);
        }
        return builder.build();
    }

    /**
     * The client starts a thread called {@code HttpClient-1-SelectorManager}, in the group of the thread that makes
     * it. A thread dump should say whose it is, and closing has to end it.
     */
    private void nameSelectorThread() {
        Thread[] started = new Thread[threads.activeCount() + 8];
        int count = threads.enumerate(started);
        for (int i = 0; i < count; i++) {
            if (started[i].getName().startsWith("HttpClient-")) {
                started[i].setName("dharma-http-selector");
                selector = started[i];
            }
        }
    }

    private synchronized void close() {
        closed = true;
        if (client != null) {
            stop(client, selector);
            client = null;
            selector = null;
        }
        // Not shut down, because a client that is stopping still uses it. An idle thread ends now.
        worker.getQueue().forEach(HttpConnections::cancelIfLater);
        worker.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
    }

    private static void cancelIfLater(Runnable task) {
        if (task instanceof ScheduledFuture<?> later && later.getDelay(TimeUnit.NANOSECONDS) > 0) {
            later.cancel(false);
        }
    }

    /**
     * {@code HttpClient.shutdownNow} came with JDK 21. Before that a client ends when it is collected, or when its thread
     * is interrupted.
     */
    private static void stop(HttpClient client, @Nullable Thread selector) {
        try {
            Object unused = HttpClient.class.getMethod("shutdownNow").invoke(client);
        } catch (ReflectiveOperationException e) {
            if (selector != null) {
                selector.interrupt();
            }
        }
    }
}
