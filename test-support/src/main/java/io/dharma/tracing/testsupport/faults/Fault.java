package io.dharma.tracing.testsupport.faults;

import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link FaultProxy} treats those who connect. Immutable.
 *
 * @param kind what goes wrong
 * @param pause before the answer, or between two bytes of it; zero where nothing is slow
 * @param status what the proxy answers itself; 0 where it does not
 * @param certificate what it shows instead of the receiver's own; null where it shows none
 */
public record Fault(
        Kind kind, Duration pause, int status, @Nullable SSLContext certificate) {

    /** What can go wrong. */
    public enum Kind {
        /** Nothing. */
        PASS,
        /** The port is closed and all connections are reset, as when the receiver's process was killed. */
        REFUSE,
        /** Requests are read and never answered; the receiver does not see them. */
        BLACKHOLE,
        /** Connections are accepted and nothing is read from them. */
        NEVER_READ,
        /** Connections are reset before anything is read. */
        RESET_AT_ONCE,
        /** The receiver gets half a request, then both sides are reset. */
        RESET_IN_REQUEST,
        /** The receiver has processed the request; the client is reset without a byte of the answer. */
        RESET_BEFORE_ANSWER,
        /** As {@link #RESET_BEFORE_ANSWER}, after half of the answer. */
        RESET_IN_ANSWER,
        /** The answer comes late. */
        DELAY,
        /** The answer comes byte by byte. */
        DRIP,
        /** Half of the answer comes, then the connection is closed in order. */
        TRUNCATE,
        /** Random bytes come instead of the answer; the receiver has processed the request. */
        GARBAGE,
        /** All is well, but every connection carries one request only, and does not say so before. */
        CLOSE_EACH,
        /** The proxy answers with a status of its own; the receiver does not see the request. */
        ANSWER,
        /** A client that begins a TLS handshake is answered in cleartext. */
        PLAINTEXT,
        /** A client that begins a TLS handshake is shown another certificate. */
        CERTIFICATE
    }

    public static Fault pass() {
        return of(Kind.PASS);
    }

    public static Fault refuse() {
        return of(Kind.REFUSE);
    }

    public static Fault blackhole() {
        return of(Kind.BLACKHOLE);
    }

    public static Fault neverRead() {
        return of(Kind.NEVER_READ);
    }

    public static Fault resetAtOnce() {
        return of(Kind.RESET_AT_ONCE);
    }

    public static Fault resetInRequest() {
        return of(Kind.RESET_IN_REQUEST);
    }

    public static Fault resetBeforeAnswer() {
        return of(Kind.RESET_BEFORE_ANSWER);
    }

    public static Fault resetInAnswer() {
        return of(Kind.RESET_IN_ANSWER);
    }

    /** Every answer comes this late. */
    public static Fault delay(Duration late) {
        return new Fault(Kind.DELAY, late, 0, null);
    }

    /** Every byte of an answer comes this long after the one before. */
    public static Fault drip(Duration betweenBytes) {
        return new Fault(Kind.DRIP, betweenBytes, 0, null);
    }

    public static Fault truncate() {
        return of(Kind.TRUNCATE);
    }

    public static Fault garbage() {
        return of(Kind.GARBAGE);
    }

    public static Fault closeEach() {
        return of(Kind.CLOSE_EACH);
    }

    /** Every request is answered with this status and no body. */
    public static Fault answer(int status) {
        return new Fault(Kind.ANSWER, Duration.ZERO, status, null);
    }

    public static Fault plaintext() {
        return of(Kind.PLAINTEXT);
    }

    /** Whoever speaks TLS sees the certificate of {@code context}, and gets no further even if it trusts it. */
    public static Fault certificate(SSLContext context) {
        return new Fault(Kind.CERTIFICATE, Duration.ZERO, 0, context);
    }

    private static Fault of(Kind kind) {
        return new Fault(kind, Duration.ZERO, 0, null);
    }

    @Override
    public String toString() {
        String slow = pause.isZero() ? "" : " " + pause.toMillis() + " ms";
        return kind + slow + (status == 0 ? "" : " " + status);
    }
}
