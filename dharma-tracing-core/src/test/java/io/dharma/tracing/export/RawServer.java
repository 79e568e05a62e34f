package io.dharma.tracing.export;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A server that misbehaves in ways an HTTP server cannot be told to. */
final class RawServer implements AutoCloseable {

    /** What to do with a connection whose request has been read. */
    @FunctionalInterface
    interface Behaviour {
        void answer(RawServer server, OutputStream out) throws IOException, InterruptedException;
    }

    static final Behaviour HANG = (server, out) -> server.closing.await();

    static final Behaviour DRIP = (server, out) -> {
        out.write("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n".getBytes(US_ASCII));
        server.writeUntilHungUp(out, new byte[1], 50);
    };

    static final Behaviour FLOOD = (server, out) -> {
        out.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000000000\r\n\r\n".getBytes(US_ASCII));
        server.writeUntilHungUp(out, new byte[16 * 1024], 0);
    };

    static final Behaviour GARBAGE = (server, out) -> out.write("\u0001\u0002 what?\r\n\r\n".getBytes(US_ASCII));

    static final Behaviour GARBAGE_WITHOUT_END = (server, out) -> {
        GARBAGE.answer(server, out);
        server.writeUntilHungUp(out, new byte[1], 50);
    };

    static final Behaviour HANG_UP = (server, out) -> {};

    private final ServerSocket socket;
    private final Behaviour behaviour;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch hungUp = new CountDownLatch(1);
    private final AtomicLong written = new AtomicLong();

    private RawServer(ServerSocket socket, Behaviour behaviour) {
        this.socket = socket;
        this.behaviour = behaviour;
        thread(this::accept);
    }

    static RawServer start(Behaviour behaviour) {
        try {
            return new RawServer(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), behaviour);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort() + "/v1/traces";
    }

    /** How much of its answer the server got rid of before the client hung up. */
    long writtenUntilHungUp() throws InterruptedException {
        if (!hungUp.await(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the client is still reading");
        }
        return written.get();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                thread(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            readHead(connection.getInputStream());
            behaviour.answer(this, connection.getOutputStream());
        } catch (IOException e) {
            hungUp.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void readHead(InputStream in) throws IOException {
        int matched = 0;
        while (matched < 4) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : 0;
        }
    }

    private void writeUntilHungUp(OutputStream out, byte[] piece, long pauseMillis)
            throws IOException, InterruptedException {
        while (!closing.await(pauseMillis, TimeUnit.MILLISECONDS)) {
            out.write(piece);
            written.addAndGet(piece.length);
        }
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        socket.close();
    }
}
