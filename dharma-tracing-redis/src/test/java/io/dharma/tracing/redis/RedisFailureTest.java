package io.dharma.tracing.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.redis.RedisFailure.Kind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisFailureTest {

    private static final Node NODE = new Node("one", 6379);

    /** In the words of Redis 6.2 and 7, alone and out of a script. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LOADING Redis is loading the dataset in memory | RETRY | LOADING",
                "CLUSTERDOWN The cluster is down | RETRY | CLUSTERDOWN",
                "CLUSTERDOWN Hash slot not served | RETRY | CLUSTERDOWN",
                "TRYAGAIN Multiple keys request during rehashing of slot | RETRY | TRYAGAIN",
                "MASTERDOWN Link with MASTER is down | RETRY | MASTERDOWN",
                "BUSY Redis is busy running a script. | RETRY | BUSY",
                "OOM command not allowed when used memory > 'maxmemory'. | RETRY | OOM",
                "@user_script: 1: -OOM command not allowed when used memory > 'maxmemory'. | RETRY | OOM",
                "OOM command not allowed when used memory > 'maxmemory'. script: 1, on @user_script:1. | RETRY | OOM",
                "MISCONF Redis is configured to save RDB snapshots | RETRY | MISCONF",
                "KEYFULL this key takes no more hops | FULL | KEYFULL",
                "ERR KEYFULL | FULL | KEYFULL",
                "ERR value of payload | RETRY | ERR",
                "something that is no code | RETRY | an error",
                "READONLY You can't write against a read only replica. | RECONNECT | READONLY",
                "@user_script: 2: -READONLY You can't write against a read only replica. | RECONNECT | READONLY",
                "MOVED 1 nowhere | RECONNECT | MOVED",
                "NOAUTH Authentication required. | REFUSED | NOAUTH",
                "WRONGPASS invalid username-password pair or user is disabled. | REFUSED | WRONGPASS",
                "NOPERM this user has no permissions to run the 'evalsha' command | REFUSED | NOPERM",
                "ERR Error running script (call to f_1): @user_script:1: @user_script: 1: The user executing the script"
                        + " can't run this command or subcommand | REFUSED | NOPERM",
                "ERR ACL failure in script: User x has no permissions | REFUSED | NOPERM",
                "WRONGTYPE Operation against a key holding the wrong kind of value | WRONG_TYPE | WRONGTYPE",
                "ERR Error running script: @user_script:1: WRONGTYPE Operation against a key | WRONG_TYPE | WRONGTYPE"
            })
    void answer_isUnderstood(String error, Kind kind, String code) {
        RedisFailure failure = RedisFailure.ofAnswer(NODE, error);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessage("one:6379 answered " + code);
    }

    @Test
    void connection_thatWasRefusedIsTriedAgain() {
        RedisFailure failure = RedisFailure.of(
                NODE, new CompletionException(new RedisConnectionException("to u:secret", new ConnectException("x"))));

        assertThat(failure.kind()).isEqualTo(Kind.RECONNECT);
        assertThat(failure.delivery()).isEqualTo(Delivery.retry("one:6379: cannot connect"));
    }

    @Test
    void credentials_thatWereRefusedAreSaidToBe() {
        RedisFailure failure = RedisFailure.of(
                NODE,
                new RedisConnectionException("to u:secret", new RedisCommandExecutionException("WRONGPASS secret")));

        assertThat(failure.delivery()).isEqualTo(Delivery.refused("one:6379 answered WRONGPASS"));
    }

    @ParameterizedTest
    @CsvSource({
        "READONLY, true",
        "LOADING, true",
        "MASTERDOWN, true",
        "CLUSTERDOWN, true",
        "OOM, false",
        "NOPERM, false"
    })
    void another_isAskedWhereThisOneCannot(String code, boolean another) {
        assertThat(RedisFailure.ofAnswer(NODE, code + " and so on").anotherMayDo())
                .isEqualTo(another);
    }

    @Test
    void handshake_thatTakesTooLongIsTriedAgain() {
        RedisFailure failure =
                RedisFailure.of(NODE, new RedisConnectionException("x", new SslHandshakeTimeoutException("x")));

        assertThat(failure.kind()).isEqualTo(Kind.RECONNECT);
        assertThat(failure.delivery()).isEqualTo(Delivery.retry("one:6379: no answer in time"));
    }

    @Test
    void handshake_thatFailsIsRefusedUnlessThePeerWentAway() {
        SSLException untrusted = new SSLHandshakeException("no");
        untrusted.initCause(new CertificateException());
        SSLException gone = new SSLException("closed");
        gone.initCause(new ClosedChannelException());

        assertThat(RedisFailure.of(NODE, untrusted).kind()).isEqualTo(Kind.REFUSED);
        assertThat(RedisFailure.of(NODE, gone).kind()).isEqualTo(Kind.RECONNECT);
        assertThat(RedisFailure.of(
                                NODE,
                                new SSLHandshakeException("Connection closed while SSL/TLS handshake was in progress"))
                        .kind())
                .isEqualTo(Kind.RECONNECT);
    }
}
