package io.dharma.tracing.testsupport.faults;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A collector that may be killed: a JVM of its own, which writes the ids of the spans it has received to a file before it
 * answers. What the file holds when it is gone is what arrived. It takes any number of spans: an id is eight bytes in the
 * file and nothing in memory.
 *
 * <p>One thread at a time.
 */
public final class KillableCollector implements AutoCloseable {

    private static final long TIME_TO_START_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int port;
    private final Path file;
    private @Nullable Process process;

    private KillableCollector(int port, Path file) throws IOException {
        this.port = port;
        this.file = file;
    }

    /** On a free port; ready when this returns. What arrives is written to {@code file}. */
    public static KillableCollector start(Path file) throws IOException, InterruptedException {
        KillableCollector collector = new KillableCollector(freePort(), file);
        collector.restart();
        return collector;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Where it takes spans, or did. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/v1/traces");
    }

    /** {@code kill -9}. */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Another one on the same port, after {@link #kill}; ready when this returns. */
    public void restart() throws IOException, InterruptedException {
        Process launched = launch(port, file);
        process = launched;
        awaitPort(launched);
    }

    /** The ids of the spans that arrived, in ascending order, each as often as it did. */
    public long[] arrived() throws IOException {
        long[] ids;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // A kill may have left half an id behind; the one who sent it got no answer.
            ids = new long[(int) (channel.size() / Long.BYTES)];
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            int read = 0;
            while (read < ids.length && channel.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.remaining() >= Long.BYTES && read < ids.length) {
                    ids[read++] = buffer.getLong();
                }
                buffer.compact();
            }
        }
        Arrays.sort(ids);
        return ids;
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    private static Process launch(int port, Path file) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dsun.net.httpserver.nodelay=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KillableCollector.class.getName(),
                        String.valueOf(port),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(new File(file + ".log"))
                .start();
    }

    private void awaitPort(Process launched) throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException notYet) {
                if (!launched.isAlive() || System.nanoTime() - start > TIME_TO_START_NANOS) {
                    throw new IllegalStateException("the receiver does not start, see " + file + ".log", notYet);
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    // ---- the other JVM

    /** Port and file. */
    public static void main(String[] arguments) throws IOException {
        FileChannel ids = FileChannel.open(
                Path.of(arguments[1]), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        // A predecessor that was killed in the middle of a write must not shift what follows.
        ids.truncate(ids.size() - ids.size() % Long.BYTES);
        int port = Integer.parseInt(arguments[0]);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 128);
        server.createContext("/", exchange -> receive(exchange, ids));
        server.setExecutor(Executors.newFixedThreadPool(16));
        server.start();
    }

    private static void receive(HttpExchange exchange, FileChannel ids) throws IOException {
        try (exchange) {
            InputStream body = exchange.getRequestBody();
            boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            byte[] message = (packed ? new GZIPInputStream(body) : body).readAllBytes();
            write(ExportTraceServiceRequest.parseFrom(message), ids);
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private static void write(ExportTraceServiceRequest request, FileChannel ids) {
        long[] received = request.getResourceSpansList().stream()
                .flatMap(resource -> resource.getScopeSpansList().stream())
                .flatMap(scope -> scope.getSpansList().stream())
                .mapToLong(span -> id(span.getSpanId()))
                .toArray();
        ByteBuffer bytes = ByteBuffer.allocate(received.length * Long.BYTES);
        for (long id : received) {
            bytes.putLong(id);
        }
        bytes.flip();
        synchronized (ids) {
            try {
                while (bytes.hasRemaining()) {
                    ids.write(bytes);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static long id(ByteString bytes) {
        return bytes.asReadOnlyByteBuffer().getLong();
    }
}
