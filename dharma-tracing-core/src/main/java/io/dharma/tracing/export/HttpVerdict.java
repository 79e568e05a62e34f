package io.dharma.tracing.export;

import io.dharma.tracing.export.NameLookup.ForbiddenAddressException;
import io.dharma.tracing.pipeline.Delivery;
import java.io.EOFException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What an answer, or the lack of one, means for the batch.
 *
 * <p>The reasons name the host and the status and nothing else: no path, header or text of the server, any of which may
 * repeat a key or a part of the batch.
 */
final class HttpVerdict {

    private final String where;
    private final Clock clock;

    HttpVerdict(String where, Clock clock) {
        this.where = where;
        this.clock = clock;
    }

    /** For every answer but a success. */
    Delivery on(HttpReply reply) {
        int status = reply.status();
        return AnswerStatus.ofHttp(status).delivery(where + " answered HTTP " + status, RetryAfter.of(reply, clock));
    }

    /** When there was no answer. */
    Delivery on(Throwable thrown) {
        Throwable failure = unwrap(thrown);
        if (failure instanceof HttpTimeoutException) {
            return Delivery.retry(where + ": " + (isOurs(failure) ? failure.getMessage() : "timed out"));
        }
        if (failure instanceof ForbiddenAddressException || failure instanceof IllegalArgumentException) {
            return Delivery.refused(where + ": " + failure.getMessage());
        }
        if (failure instanceof UnknownHostException) {
            return Delivery.retry(where + ": unknown host");
        }
        if (failure instanceof ConnectException) {
            return Delivery.retry(where + ": cannot connect");
        }
        if (isTlsRefusal(failure)) {
            return Delivery.refused(where + ": no trusted TLS connection, check certificates and protocol");
        }
        return Delivery.retry(where + ": " + failure.getClass().getSimpleName());
    }

    private static boolean isOurs(Throwable timeout) {
        return timeout.getClass() == HttpTimeoutException.class;
    }

    private static Throwable unwrap(Throwable thrown) {
        Throwable failure = thrown;
        while ((failure instanceof CompletionException || failure instanceof UncheckedIOException)
                && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }

    /** A handshake that broke off because the peer went away may work the next time; any other will not. */
    private static boolean isTlsRefusal(Throwable failure) {
        return causes(failure).anyMatch(HttpVerdict::isTlsFailure)
                && causes(failure).noneMatch(HttpVerdict::isPeerGone);
    }

    private static boolean isTlsFailure(Throwable cause) {
        return cause instanceof SSLHandshakeException
                || cause instanceof SSLPeerUnverifiedException
                || (cause instanceof SSLException && isNotTls(cause.getMessage()));
    }

    /** How the JDK says that the peer speaks something else than TLS, in the words of its sockets and of its client. */
    private static boolean isNotTls(@Nullable String message) {
        return message != null
                && (message.contains("Unsupported or unrecognized SSL message")
                        || message.contains("Unrecognized SSL message, plaintext connection?"));
    }

    private static boolean isPeerGone(Throwable cause) {
        return cause instanceof EOFException || cause instanceof SocketException;
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.<Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(16);
    }
}
