package io.dharma.tracing.testsupport.backends;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that come back to where they were.
 *
 * <p>They lie below those that Linux and macOS choose for whoever asks for none in particular. A port among these may go
 * to somebody else while the server is down; it may even go to the client that tries to connect to it, which then is
 * connected to itself and keeps the server from coming back.
 */
final class LastingPort {

    private static final int LOWEST = 10_000;
    private static final int HIGHEST = 22_000;

    /** The nodes of a Redis cluster talk to each other on a second port, this much higher. */
    private static final int TO_CLUSTER_BUS = 10_000;

    private LastingPort() {}

    /** A port of loopback that nobody has right now, nor the one for the cluster that goes with it. */
    static int find() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            if (isFree(port) && isFree(port + TO_CLUSTER_BUS)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        }
    }
}
