package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** As much of Redis's protocol as it takes to set servers up; what tests are about goes through Lettuce. */
final class RedisConversation implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 2_000;

    private final Socket socket;
    private final DataInputStream in;

    private RedisConversation(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** With the server at this port of loopback, over TLS where there is a context for it. */
    static RedisConversation with(int port, @Nullable SSLContext tls) throws IOException {
        Socket socket = tls == null ? new Socket() : tls.getSocketFactory().createSocket();
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            return new RedisConversation(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The parts of the answer, in order and without their nesting; throws what Redis calls an error. */
    List<String> ask(String... words) throws IOException {
        ByteArrayOutputStream command = new ByteArrayOutputStream();
        command.writeBytes(("*" + words.length + "\r\n").getBytes(UTF_8));
        for (String word : words) {
            byte[] bytes = word.getBytes(UTF_8);
            command.writeBytes(("$" + bytes.length + "\r\n").getBytes(UTF_8));
            command.writeBytes(bytes);
            command.writeBytes(new byte[] {'\r', '\n'});
        }
        socket.getOutputStream().write(command.toByteArray());
        List<String> parts = new ArrayList<>();
        readInto(parts);
        return parts;
    }

    private void readInto(List<String> parts) throws IOException {
        String line = readLine();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', ':' -> parts.add(rest);
            case '$' -> readBulkInto(parts, Integer.parseInt(rest));
            case '*' -> {
                for (int left = Integer.parseInt(rest); left > 0; left--) {
                    readInto(parts);
                }
            }
            default -> throw new IOException("Redis says: " + line);
        }
    }

    /** Nothing is added for what Redis calls nil. */
    private void readBulkInto(List<String> parts, int length) throws IOException {
        if (length >= 0) {
            parts.add(new String(in.readNBytes(length), UTF_8));
            readLine();
        }
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.readUnsignedByte(); next != '\r'; next = in.readUnsignedByte()) {
            line.write(next);
        }
        if (in.readUnsignedByte() != '\n') {
            throw new IOException("not the protocol of Redis");
        }
        return line.toString(UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
