package io.dharma.tracing.testsupport.faults;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * One request or answer of HTTP/1.1, as the bytes that came: found to be whole, and otherwise not looked into.
 *
 * <p>Knows lengths and chunks, which is all that exporters and their receivers use. Not for answers to {@code HEAD}.
 */
final class HttpMessage {

    private static final int MOST_BYTES = 64 << 20;

    private final InputStream in;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private HttpMessage(InputStream in) {
        this.in = in;
    }

    /** Blocks until one message is complete; empty if the stream ended before its first byte. */
    static Optional<byte[]> read(InputStream in) throws IOException {
        int first = in.read();
        return first < 0 ? Optional.empty() : Optional.of(read(first, in));
    }

    /** The rest of a message whose first byte was read already. */
    static byte[] read(int first, InputStream in) throws IOException {
        HttpMessage message = new HttpMessage(in);
        message.bytes.write(first);
        message.readAll();
        return message.bytes.toByteArray();
    }

    private void readAll() throws IOException {
        StringBuilder head = new StringBuilder(readLine());
        for (String line = readLine(); !line.equals("\r\n"); line = readLine()) {
            head.append(line);
        }
        String lower = head.toString().toLowerCase(Locale.ROOT);
        if (header(lower, "transfer-encoding").contains("chunked")) {
            readChunks();
        } else {
            String length = header(lower, "content-length");
            readBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
        }
    }

    private static String header(String head, String name) {
        int start = head.indexOf("\r\n" + name + ":");
        if (start < 0) {
            return "";
        }
        int value = start + name.length() + 3;
        return head.substring(value, head.indexOf("\r\n", value)).trim();
    }

    private void readChunks() throws IOException {
        int length;
        do {
            String line = readLine().trim();
            length = Integer.parseInt(line.split(";", 2)[0].trim(), 16);
            readBytes(length + 2);
        } while (length > 0);
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        int last;
        do {
            last = readByte();
            line.append((char) last);
        } while (last != '\n');
        return line.toString();
    }

    private int readByte() throws IOException {
        int next = in.read();
        if (next < 0 || bytes.size() >= MOST_BYTES) {
            throw new EOFException("the message is not whole");
        }
        bytes.write(next);
        return next;
    }

    private void readBytes(int count) throws IOException {
        byte[] read = in.readNBytes(count);
        if (read.length < count || bytes.size() > MOST_BYTES) {
            throw new EOFException("the message is not whole");
        }
        bytes.writeBytes(read);
    }
}
