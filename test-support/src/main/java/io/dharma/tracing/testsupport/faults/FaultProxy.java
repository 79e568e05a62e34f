package io.dharma.tracing.testsupport.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A network between an exporter and its receiver, whose faults are switched while it runs: a TCP proxy on loopback that
 * knows enough of HTTP/1.1 to tell requests and answers apart. What begins with a TLS handshake is passed on unseen, or
 * struck by those faults that need not look into it.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(receiver.tracesEndpoint())) {
 *     ... export to proxy.uri() ...
 *     proxy.set(Fault.resetBeforeAnswer());
 * }
 * }</pre>
 *
 * <p>A fault strikes whoever connects and whoever sends a request from then on, over an old connection, too. Connections
 * that are held by {@link Fault#neverRead} are reset when another fault is set; those of {@link Fault#blackhole} stay
 * silent until the client hangs up. The port stays the same for the proxy's whole life, closed or not.
 *
 * <p>One thread for each connection, two where it speaks TLS, at most {@value #MOST_THREADS}; who comes when there are
 * none left is reset. All end with {@link #close}. Any thread may call any method.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int MOST_THREADS = 128;
    private static final int WAITING_CONNECTIONS = 128;
    private static final int SECONDS_TO_END = 5;
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final URI receiver;
    private final int port;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, MOST_THREADS, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), FaultProxy::thread);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();

    private volatile Phase phase = new Phase(Fault.pass());
    private @Nullable Listener listening;
    private boolean closed;

    /**
     * The time during which one fault is set.
     *
     * @param over opens when it ends
     */
    record Phase(Fault fault, CountDownLatch over) {

        Phase(Fault fault) {
            this(fault, new CountDownLatch(1));
        }
    }

    /** @param ended opens when nobody accepts any more: only then is the port really free */
    private record Listener(ServerSocket socket, CountDownLatch ended) {}

    private FaultProxy(URI receiver) {
        this.receiver = receiver;
        this.port = listen(0);
    }

    /** In front of this receiver, which need not be there yet, on a free port. */
    public static FaultProxy to(URI receiver) {
        return new FaultProxy(receiver);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "fault-proxy-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** The receiver's URI with this proxy's port in the place of its own. */
    public URI uri() {
        return URI.create(receiver.getScheme() + "://127.0.0.1:" + port + receiver.getRawPath());
    }

    /** From now on, until the next one. */
    public synchronized void set(Fault fault) {
        if (closed) {
            return;
        }
        Phase before = phase;
        phase = new Phase(fault);
        before.over().countDown();
        if (fault.kind() == Fault.Kind.REFUSE) {
            stopListening();
            connections.forEach(ProxiedConnection::reset);
        } else if (listening == null) {
            listen(port);
        }
    }

    public Fault fault() {
        return phase.fault();
    }

    /** How many connections were accepted so far. */
    public long accepted() {
        return accepted.get();
    }

    /** How many requests were read so far, whatever became of them. */
    public long requests() {
        return requests.get();
    }

    /** Resets all connections, gives up the port and waits for the threads to end. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            stopListening();
        }
        threads.shutdown();
        phase.over().countDown();
        connections.forEach(ProxiedConnection::reset);
        try {
            if (!threads.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS)) {
                throw new AssertionError(threads.getActiveCount() + " threads of the proxy did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "FaultProxy{" + uri() + " to " + receiver + ", " + fault() + ", " + accepted + " connections, "
                + requests + " requests}";
    }

    // ---- for its connections

    Phase phase() {
        return phase;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(receiver.getHost(), receiver.getPort());
        socket.setTcpNoDelay(true);
        return socket;
    }

    void requestCame() {
        requests.incrementAndGet();
    }

    void execute(Runnable work) throws IOException {
        try {
            threads.execute(work);
        } catch (RejectedExecutionException e) {
            throw new IOException("no thread is left", e);
        }
    }

    void ended(ProxiedConnection connection) {
        connections.remove(connection);
    }

    // ---- the port

    private synchronized int listen(int wanted) {
        try {
            ServerSocket socket = new ServerSocket();
            // Connections of the time before may still linger in the kernel.
            socket.setReuseAddress(true);
            socket.bind(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), wanted),
                    WAITING_CONNECTIONS);
            Listener listener = new Listener(socket, new CountDownLatch(1));
            listening = listener;
            threads.execute(() -> accept(listener));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + wanted, e);
        }
    }

    private void stopListening() {
        if (listening == null) {
            return;
        }
        try {
            listening.socket().close();
            if (!listening.ended().await(SECONDS_TO_END, TimeUnit.SECONDS)) {
                throw new AssertionError("the port is not given up");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        listening = null;
    }

    private void accept(Listener listener) {
        while (!listener.socket().isClosed()) {
            try {
                begin(new ProxiedConnection(this, listener.socket().accept()));
            } catch (IOException e) {
                // Closed, or a client that went away before it was accepted.
            }
        }
        listener.ended().countDown();
    }

    private void begin(ProxiedConnection connection) {
        accepted.incrementAndGet();
        connections.add(connection);
        try {
            execute(connection);
        } catch (IOException e) {
            connection.reset();
            ended(connection);
            return;
        }
        // It may have come in while the port was being closed.
        if (fault().kind() == Fault.Kind.REFUSE) {
            connection.reset();
        }
    }
}
