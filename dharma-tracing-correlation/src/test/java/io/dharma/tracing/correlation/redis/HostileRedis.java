package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What listens where a Redis should be: a server that greets as one of Redis 5 does, who knows no HELLO, and answers all
 * that comes after that with the same bytes. On loopback; a thread for each connection.
 */
final class HostileRedis implements AutoCloseable {

    private final String greeting;
    private final String answer;
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();

    private HostileRedis(String greeting, String answer) throws IOException {
        this.greeting = greeting;
        this.answer = answer;
        start(this::accept);
    }

    static HostileRedis thatAnswers(String bytes) throws IOException {
        return new HostileRedis("-ERR unknown command\r\n", bytes);
    }

    /** Instead of what HELLO is answered with. */
    static HostileRedis thatGreetsWith(String bytes) throws IOException {
        return new HostileRedis(bytes, "+OK\r\n");
    }

    int port() {
        return server.getLocalPort();
    }

    /** On each connection, whether it was asked or not; returns once the system took it from us. */
    void say(String bytes) throws IOException {
        for (Socket connection : connections) {
            write(connection, bytes);
        }
    }

    private static void write(Socket connection, String bytes) throws IOException {
        OutputStream out = connection.getOutputStream();
        synchronized (connection) {
            out.write(bytes.getBytes(US_ASCII));
        }
    }

    private synchronized void start(Runnable work) {
        Thread thread = new Thread(work, "hostile-redis");
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        while (true) {
            try {
                Socket connection = server.accept();
                connections.add(connection);
                start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            DataInputStream in = new DataInputStream(connection.getInputStream());
            while (true) {
                write(connection, answerTo(readCommand(in)));
            }
        } catch (IOException gone) {
            connections.remove(connection);
        }
    }

    private String answerTo(String command) {
        return switch (command) {
            case "HELLO" -> greeting;
            case "PING" -> "+PONG\r\n";
            case "CLIENT" -> "+OK\r\n";
            case "CLUSTER" -> "-ERR This instance has cluster support disabled\r\n";
            default -> answer;
        };
    }

    /** Its name; the arguments are read past. */
    private static String readCommand(DataInputStream in) throws IOException {
        String name = "";
        int words = Integer.parseInt(line(in).substring(1));
        for (int i = 0; i < words; i++) {
            byte[] word = in.readNBytes(Integer.parseInt(line(in).substring(1)));
            line(in);
            name = i == 0 ? new String(word, US_ASCII).toUpperCase(Locale.ROOT) : name;
        }
        return name;
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
            line.append((char) next);
        }
        return line.toString().trim();
    }

    @Override
    public void close() throws Exception {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
        for (Thread thread : List.copyOf(threads)) {
            thread.join();
        }
    }
}
