package io.dharma.tracing.benchmarks;

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
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/**
 * A collector that may be killed: a JVM of its own, which writes the ids of the spans it has received to a file before it
 * answers. What the file holds when it is gone is what arrived.
 */
final class LossReceiver implements AutoCloseable {

    private static final long TIME_TO_START_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int port;
    private final Path file;
    private Process process;

    private LossReceiver(int port, Path file) throws IOException {
        this.port = port;
        this.file = file;
        this.process = launch(port, file);
    }

    /** Ready when this returns. */
    static LossReceiver start(int port, Path file) throws IOException, InterruptedException {
        LossReceiver receiver = new LossReceiver(port, file);
        receiver.awaitPort();
        return receiver;
    }

    /** {@code kill -9}, and another one on the same port. */
    void killAndRestart() throws IOException, InterruptedException {
        close();
        process = launch(port, file);
        awaitPort();
    }

    /** How often each span arrived. */
    Map<Long, Integer> arrived() throws IOException {
        Map<Long, Integer> arrived = new HashMap<>();
        ByteBuffer ids = ByteBuffer.wrap(Files.readAllBytes(file));
        // A kill may have left half an id behind; the one who sent it got no answer.
        while (ids.remaining() >= Long.BYTES) {
            arrived.merge(ids.getLong(), 1, Integer::sum);
        }
        return arrived;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    private static Process launch(int port, Path file) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dsun.net.httpserver.nodelay=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LossReceiver.class.getName(),
                        String.valueOf(port),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(new File(file + ".log"))
                .start();
    }

    private void awaitPort() throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() - start > TIME_TO_START_NANOS) {
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
