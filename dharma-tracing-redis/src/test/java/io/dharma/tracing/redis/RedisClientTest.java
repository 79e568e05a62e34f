package io.dharma.tracing.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** What clients of the same Redis have in common; what is sent on them is tested where it is thought of. */
@ExtendWith(LeakCheck.class)
@TestInstance(Lifecycle.PER_CLASS)
class RedisClientTest {

    private static final Duration MOMENT = Duration.ofSeconds(1);
    private static final byte[] KEY = {'k'};

    private RedisNode redis;

    @BeforeAll
    void start() throws IOException {
        redis = RedisNode.start("appendonly no");
    }

    @AfterAll
    void stop() {
        redis.close();
    }

    /** Patient, since how fast a machine is that does other things as well is not what is tested here. */
    private RedisClient client() {
        return RedisClient.builder(redis.uri().toString())
                .timeout(Duration.ofSeconds(10))
                .build();
    }

    private static List<Object> increment(RedisConnection connection) throws Exception {
        return connection.ask("INCR", KEY).get(30, TimeUnit.SECONDS);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("dharma-redis"))
                .count();
    }

    private long connections() throws IOException {
        return redis.ask("CLIENT", "LIST")
                .get(0)
                .lines()
                .filter(line -> line.contains("name=dharma-tracing"))
                .count();
    }

    @Test
    void clients_ofTheSameSettingsHaveOneThreadAndConnectionsOfTheirOwn() throws Exception {
        redis.ask("DEL", "k");
        RedisClient one = client();
        RedisClient other = client();
        RedisConnection ofOne = one.newConnection();
        RedisConnection ofOther = other.newConnection();

        assertThat(increment(ofOne)).containsExactly(1L);
        assertThat(increment(ofOther)).containsExactly(2L);
        assertThat(threads()).isOne();
        assertThat(connections()).isEqualTo(2);

        one.close(MOMENT);
        assertThat(ofOne.ask("INCR", KEY))
                .failsWithin(MOMENT)
                .withThrowableThat()
                .withMessageContaining("closed");
        assertThat(increment(ofOther)).containsExactly(3L);
        assertThat(connections()).isOne();

        other.close(MOMENT);
        assertThat(threads()).isZero();
    }

    @Test
    void client_thatIsClosedTwiceLeavesTheOthersTheirThread() throws Exception {
        RedisClient one = client();
        RedisClient other = client();
        assertThat(increment(one.newConnection())).hasSize(1);

        one.close(MOMENT);
        one.close(MOMENT);

        assertThat(increment(other.newConnection())).hasSize(1);
        other.close(MOMENT);
        assertThat(threads()).isZero();
    }

    @Test
    void client_madeAfterTheLastWasClosedBeginsAnew() throws Exception {
        for (int round = 0; round < 3; round++) {
            RedisClient client = client();
            assertThat(increment(client.newConnection())).hasSize(1);
            client.close(MOMENT);
            assertThat(threads()).isZero();
        }
    }

    @Test
    void clients_closeWithoutALineInTheLog() throws Exception {
        Logger lettuce = (Logger) LoggerFactory.getLogger("io");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.list = new CopyOnWriteArrayList<>();
        lines.start();
        lettuce.addAppender(lines);
        for (int round = 0; round < 20; round++) {
            RedisClient one = client();
            RedisClient other = client();
            assertThat(increment(one.newConnection())).hasSize(1);
            assertThat(increment(one.newConnection())).hasSize(1);
            assertThat(increment(other.newConnection())).hasSize(1);
            one.close(MOMENT);
            other.close(MOMENT);
        }
        lettuce.detachAppender(lines);

        assertThat(lines.list.stream().filter(line -> line.getLoggerName().startsWith("io.lettuce")))
                .isEmpty();
    }

    @Test
    void question_isCompletedOnAThreadThatMayWait() throws Exception {
        RedisClient client = client();
        RedisConnection connection = client.newConnection();

        CompletableFuture<String> completedOn = client.question(() -> connection.ask("ECHO", KEY))
                .thenApply(answer -> new String((byte[]) answer.get(0), US_ASCII) + " on "
                        + Thread.currentThread().getName())
                .toCompletableFuture();

        assertThat(completedOn.get(30, TimeUnit.SECONDS)).startsWith("k on ").doesNotContain("dharma-redis");
        client.close(MOMENT);
    }
}
