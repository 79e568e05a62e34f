package io.dharma.tracing.redis;

import io.dharma.tracing.pipeline.Delivery;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why Redis did not do what it was asked, and what that means. The message names the server and the code of its answer
 * and nothing else of it, as answers may quote what was sent.
 */
public final class RedisFailure extends Exception {

    private static final long serialVersionUID = 1L;

    /** What is to be done. */
    public enum Kind {

        /** The same again, later. */
        RETRY,

        /** The same again, later, on a new connection: this one is dead, or leads to a server that has another role now. */
        RECONNECT,

        /** Nothing, until somebody changes the settings. */
        REFUSED,

        /** Nothing: at this key is something that is none of ours. */
        WRONG_TYPE,

        /** Nothing: what is at this key is as large as it may be. */
        FULL
    }

    private static final Set<String> REFUSALS = Set.of("NOAUTH", "WRONGPASS", "NOPERM");
    private static final Set<String> ROLE_CHANGES = Set.of("READONLY", "UNBLOCKED", "MOVED", "ASK");

    /** Inside of a script some codes are in the middle of the text. */
    private static final List<String> CODES_IN_SCRIPTS =
            List.of("READONLY", "OOM", "MISCONF", "NOREPLICAS", "CLUSTERDOWN", "NOPERM", "WRONGTYPE", "KEYFULL");

    /** In the words of Redis 6, where a script does what its user must not do, and of Redis 7. */
    private static final List<String> NO_PERMISSION =
            List.of("can't run this command", "can't access at least one of the keys", "ACL failure in script");

    /** What a server cannot do for now, or as what it is, and perhaps another of those that were named. */
    private static final Set<String> NOT_HERE = Set.of("READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN");

    private final Kind kind;
    private final boolean anotherMayDo;

    private RedisFailure(Kind kind, String message) {
        this(kind, message, false);
    }

    private RedisFailure(Kind kind, String message, boolean anotherMayDo) {
        // It is raised in numbers while a server is away, and where says nothing.
        super(message, null, false, false);
        this.kind = kind;
        this.anotherMayDo = anotherMayDo;
    }

    /** What is to be done. */
    public Kind kind() {
        return kind;
    }

    /** Whether it is worth to ask another server instead, if one is known. */
    boolean anotherMayDo() {
        return anotherMayDo;
    }

    /** Of something that may work later, on the same connection. */
    public static RedisFailure retry(String message) {
        return new RedisFailure(Kind.RETRY, message);
    }

    static RedisFailure reconnect(String message) {
        return new RedisFailure(Kind.RECONNECT, message);
    }

    static RedisFailure refused(String message) {
        return new RedisFailure(Kind.REFUSED, message);
    }

    /** Who asks has closed its client. */
    static RedisFailure closed() {
        return refused("the client is closed");
    }

    /** What an error that a server answered means. */
    static RedisFailure ofAnswer(Object server, String error) {
        String code = codeOf(error);
        return new RedisFailure(kindOf(code), server + " answered " + code, NOT_HERE.contains(code));
    }

    private static Kind kindOf(String code) {
        if (REFUSALS.contains(code)) {
            return Kind.REFUSED;
        }
        if (code.equals("WRONGTYPE")) {
            return Kind.WRONG_TYPE;
        }
        if (code.equals("KEYFULL")) {
            return Kind.FULL;
        }
        return ROLE_CHANGES.contains(code) ? Kind.RECONNECT : Kind.RETRY;
    }

    private static String codeOf(String error) {
        if (NO_PERMISSION.stream().anyMatch(error::contains)) {
            return "NOPERM";
        }
        for (String code : CODES_IN_SCRIPTS) {
            if (error.startsWith(code + " ")
                    || error.startsWith("ERR " + code)
                    || error.contains("-" + code + " ")
                    || error.contains(": " + code + " ")) {
                return code;
            }
        }
        int end = error.indexOf(' ');
        String first = end < 0 ? error : error.substring(0, end);
        return isCode(first) ? first : "an error";
    }

    private static boolean isCode(String word) {
        return !word.isEmpty() && word.length() <= 20 && word.chars().allMatch(c -> c >= 'A' && c <= 'Z');
    }

    /** Why there is no connection, or is none any more. */
    static RedisFailure ofConnection(Object server, Throwable thrown) {
        if (causes(thrown).anyMatch(HostResolver.ForbiddenAddressException.class::isInstance)) {
            return refused(server + ": the host's address is link-local");
        }
        if (isTlsRefusal(thrown)) {
            return refused(server + ": no trusted TLS connection, check certificates and protocol");
        }
        RedisFailure answer = causes(thrown)
                .filter(RedisCommandExecutionException.class::isInstance)
                .findFirst()
                .map(error -> ofAnswer(server, String.valueOf(error.getMessage())))
                .orElse(null);
        return answer == null ? reconnect(server + ": " + describe(thrown)) : answer;
    }

    private static String describe(Throwable thrown) {
        Throwable last = thrown;
        for (Throwable cause : causes(thrown).toList()) {
            last = cause;
            if (cause instanceof UnknownHostException) {
                return "unknown host";
            }
            if (cause instanceof ConnectException) {
                return "cannot connect";
            }
            if (cause instanceof TimeoutException
                    || cause instanceof RedisCommandTimeoutException
                    || cause instanceof SslHandshakeTimeoutException) {
                return "no answer in time";
            }
        }
        return last instanceof RedisException
                ? "the connection was lost"
                : last.getClass().getSimpleName();
    }

    /** A handshake that broke off because the server went away or was slow may work the next time; any other will not. */
    private static boolean isTlsRefusal(Throwable thrown) {
        return causes(thrown).anyMatch(SSLException.class::isInstance)
                && causes(thrown).noneMatch(RedisFailure::isPeerGone);
    }

    private static boolean isPeerGone(Throwable cause) {
        return cause instanceof EOFException
                || cause instanceof SocketException
                || cause instanceof ClosedChannelException
                || cause instanceof SslHandshakeTimeoutException
                || isClosedWhileShakingHands(cause);
    }

    /** As Netty says it, in an exception without a cause. */
    private static boolean isClosedWhileShakingHands(Throwable cause) {
        return cause instanceof SSLException
                && String.valueOf(cause.getMessage()).contains("closed while SSL/TLS handshake was in progress");
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        return Stream.<Throwable>iterate(thrown, cause -> cause != null, Throwable::getCause)
                .limit(16);
    }

    /**
     * As it is, or what an exception that is none of these means.
     *
     * @param server what the message names
     */
    public static RedisFailure of(Object server, Throwable thrown) {
        Throwable failure = thrown;
        while (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure instanceof RedisFailure ours ? ours : ofConnection(server, failure);
    }

    /** What a batch becomes for which this is the last word. */
    public Delivery delivery() {
        String reason = String.valueOf(getMessage());
        return kind == Kind.REFUSED ? Delivery.refused(reason) : Delivery.retry(reason);
    }

    /** The one that says more of two, of which the other is null or a mere consequence. */
    public static RedisFailure worse(@Nullable RedisFailure one, RedisFailure other) {
        return one == null || (other.kind == Kind.REFUSED && one.kind != Kind.REFUSED) ? other : one;
    }
}
