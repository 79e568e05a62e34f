package io.dharma.tracing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Tries whether anybody listens where something is to be sent to. */
final class CollectorProbe {

    private static final int TIMEOUT_MILLIS = 2_000;

    private final URI uri;

    CollectorProbe(URI uri) {
        this.uri = uri;
    }

    /** Opens a connection and closes it; waits for the network. Null if somebody answered. */
    @Nullable
    Finding probe() {
        String where = address(uri);
        try (Socket socket = new Socket()) {
            InetAddress address = InetAddress.getByName(uri.getHost());
            if (!address.isLinkLocalAddress()) {
                socket.connect(new InetSocketAddress(address, port(uri)), TIMEOUT_MILLIS);
            }
            return null;
        } catch (UnknownHostException unknown) {
            return unreachable(where, "its host name is not known");
        } catch (IOException refused) {
            return unreachable(where, String.valueOf(refused.getMessage()));
        }
    }

    private static Finding unreachable(String where, String why) {
        return Finding.warning(
                "collector-unreachable",
                "Nobody could be reached at " + where + " when the service started (" + why + ")",
                "Check the endpoint and whether a collector runs there; what is to be sent waits, and is sent once it"
                        + " answers");
    }

    /** Host and port, which is all that a connection depends on. */
    static String address(URI uri) {
        return uri.getHost() + ":" + port(uri);
    }

    private static int port(URI uri) {
        if (uri.getPort() != -1) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
