package io.dharma.tracing.testsupport.backends;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;

/** Questions that a server answers once it works. */
final class Probes {

    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int API_VERSIONS = 18;

    private Probes() {}

    /** 200 for a GET of {@code path}. */
    static boolean http(String address, String path) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(address).resolve(path).toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        try {
            return connection.getResponseCode() == 200;
        } finally {
            connection.disconnect();
        }
    }

    /** PONG for a PING. */
    static boolean redis(String address) throws IOException {
        URI uri = URI.create(address);
        try (Socket socket = connect(uri.getPort())) {
            socket.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
            return new String(socket.getInputStream().readNBytes(5), US_ASCII).equals("+PONG");
        }
    }

    /** An answer without error to ApiVersions, version 0, the question that opens every Kafka connection. */
    static boolean kafka(String address) throws IOException {
        URI uri = URI.create("kafka://" + address);
        try (Socket socket = connect(uri.getPort())) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            int correlation = 1;
            int headerLength = Short.BYTES + Short.BYTES + Integer.BYTES + Short.BYTES;
            out.writeInt(headerLength);
            out.writeShort(API_VERSIONS);
            out.writeShort(0);
            out.writeInt(correlation);
            out.writeShort(-1); // no client id
            out.flush();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readInt(); // length
            return in.readInt() == correlation && in.readShort() == 0;
        }
    }

    /** The servers of a test are on this machine. */
    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
