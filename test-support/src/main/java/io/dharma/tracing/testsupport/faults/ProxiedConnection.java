package io.dharma.tracing.testsupport.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dharma.tracing.testsupport.faults.Fault.Kind;
import io.dharma.tracing.testsupport.faults.FaultProxy.Phase;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** One client's connection through a {@link FaultProxy}: request by request, each struck by the fault of its time. */
final class ProxiedConnection implements Runnable {

    private static final int TLS_HANDSHAKE = 0x16;
    private static final int MOST_GARBAGE = 512;

    private final FaultProxy proxy;
    private final Socket client;
    private volatile @Nullable Socket receiver;
    private @Nullable InputStream answers;

    ProxiedConnection(FaultProxy proxy, Socket client) {
        this.proxy = proxy;
        this.client = client;
    }

    @Override
    public void run() {
        try {
            client.setTcpNoDelay(true);
            serve();
        } catch (IOException eitherSideIsGone) {
            reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(client);
            close(receiver);
            proxy.ended(this);
        }
    }

    /** Any thread. */
    void reset() {
        reset(client);
        reset(receiver);
    }

    private void serve() throws IOException, InterruptedException {
        if (isStruckUnread(proxy.phase())) {
            return;
        }
        InputStream requests = new BufferedInputStream(client.getInputStream());
        for (int first = requests.read(); first >= 0; first = requests.read()) {
            Phase phase = proxy.phase();
            if (isStruckUnread(phase)) {
                return;
            }
            boolean goesOn = first == TLS_HANDSHAKE
                    ? serveTls(phase.fault(), requests)
                    : serve(phase, HttpMessage.read(first, requests), requests);
            if (!goesOn) {
                return;
            }
        }
    }

    private boolean isStruckUnread(Phase phase) throws InterruptedException {
        switch (phase.fault().kind()) {
            case RESET_AT_ONCE, REFUSE -> reset();
            case NEVER_READ -> {
                phase.over().await();
                reset();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Returns whether another request may follow. */
    private boolean serve(Phase phase, byte[] request, InputStream requests) throws IOException, InterruptedException {
        proxy.requestCame();
        Fault fault = phase.fault();
        return switch (fault.kind()) {
            case BLACKHOLE -> {
                requests.transferTo(OutputStream.nullOutputStream());
                yield false;
            }
            case RESET_IN_REQUEST -> {
                send(request, request.length / 2);
                reset();
                yield false;
            }
            case ANSWER -> {
                answer("HTTP/1.1 " + fault.status() + " \r\nContent-Length: 0\r\n\r\n");
                yield true;
            }
            default -> {
                send(request, request.length);
                yield giveBack(phase, receiveAnswer());
            }
        };
    }

    private boolean giveBack(Phase phase, byte[] answer) throws IOException, InterruptedException {
        OutputStream out = client.getOutputStream();
        Kind kind = phase.fault().kind();
        switch (kind) {
            case RESET_BEFORE_ANSWER -> reset();
            case RESET_IN_ANSWER -> {
                out.write(answer, 0, answer.length / 2);
                reset();
            }
            case TRUNCATE -> out.write(answer, 0, answer.length / 2);
            case GARBAGE -> out.write(garbage(answer));
            case DRIP -> drip(phase, answer);
            case DELAY -> {
                phase.over().await(phase.fault().pause().toNanos(), TimeUnit.NANOSECONDS);
                out.write(answer);
            }
            default -> out.write(answer);
        }
        return switch (kind) {
            case PASS, DRIP, DELAY -> true;
            default -> false;
        };
    }

    /** The same for the same answer, so that a schedule replays. */
    private static byte[] garbage(byte[] answer) {
        SplittableRandom random = new SplittableRandom(answer.length);
        byte[] garbage = new byte[1 + random.nextInt(MOST_GARBAGE)];
        random.nextBytes(garbage);
        return garbage;
    }

    private void drip(Phase phase, byte[] answer) throws IOException, InterruptedException {
        OutputStream out = client.getOutputStream();
        for (byte next : answer) {
            phase.over().await(phase.fault().pause().toNanos(), TimeUnit.NANOSECONDS);
            out.write(next);
        }
    }

    private void answer(String head) throws IOException {
        client.getOutputStream().write(head.getBytes(US_ASCII));
    }

    // ---- TLS

    private boolean serveTls(Fault fault, InputStream requests) throws IOException {
        proxy.requestCame();
        switch (fault.kind()) {
            case PLAINTEXT -> answer("HTTP/1.1 400 this is not TLS\r\nContent-Length: 0\r\n\r\n");
            case CERTIFICATE -> showCertificate(Objects.requireNonNull(fault.certificate()), requests);
            case BLACKHOLE -> requests.transferTo(OutputStream.nullOutputStream());
            default -> tunnel(requests);
        }
        return false;
    }

    private void showCertificate(SSLContext context, InputStream requests) throws IOException {
        byte[] read = requests.readNBytes(requests.available());
        byte[] consumed = new byte[read.length + 1];
        consumed[0] = TLS_HANDSHAKE;
        System.arraycopy(read, 0, consumed, 1, read.length);
        try (SSLSocket tls =
                (SSLSocket) context.getSocketFactory().createSocket(client, new ByteArrayInputStream(consumed), true)) {
            tls.startHandshake();
        }
    }

    private void tunnel(InputStream requests) throws IOException {
        Socket socket = receiver();
        proxy.execute(() -> {
            try {
                socket.getInputStream().transferTo(client.getOutputStream());
                client.shutdownOutput();
            } catch (IOException eitherSideIsGone) {
                reset();
            }
        });
        socket.getOutputStream().write(TLS_HANDSHAKE);
        requests.transferTo(socket.getOutputStream());
        socket.shutdownOutput();
    }

    // ---- the receiver's side

    private void send(byte[] request, int length) throws IOException {
        receiver().getOutputStream().write(request, 0, length);
    }

    private byte[] receiveAnswer() throws IOException {
        return HttpMessage.read(Objects.requireNonNull(answers))
                .orElseThrow(() -> new EOFException("the receiver hung up"));
    }

    private Socket receiver() throws IOException {
        Socket socket = receiver;
        if (socket == null) {
            socket = proxy.connect();
            receiver = socket;
            answers = new BufferedInputStream(socket.getInputStream());
            if (client.isClosed()) {
                // Reset meanwhile, by one who did not see this socket.
                throw new EOFException("the client's connection was reset");
            }
        }
        return socket;
    }

    private static void reset(@Nullable Socket socket) {
        if (socket == null) {
            return;
        }
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closedAlready) {
            return;
        }
        close(socket);
    }

    private static void close(@Nullable Socket socket) {
        if (socket == null) {
            return;
        }
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
