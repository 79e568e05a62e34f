package io.dharma.tracing.redis;

import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.spi.BlockingTasks;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to one Redis, of 6.2 or later: a standalone server, a sentinel set or a cluster.
 *
 * <pre>{@code
 * RedisClient client = RedisClient.builder("rediss://dharma:secret@redis.example:6379").build();
 * RedisConnection connection = client.newConnection();
 * connection.ask("GET", key).thenAccept(answer -> ...);
 * client.close(Duration.ofSeconds(1));
 * }</pre>
 *
 * <p>Nothing is opened before something is sent. All clients of the same settings share one thread, {@code dharma-redis},
 * for connections, answers and time, which ends with the last of them; and, while a host's name is looked up,
 * {@code dharma-blocking}. Nothing is repeated by itself, kept for later or logged: {@link RedisConnection} says what it
 * does when a server is lost.
 *
 * <p>Any thread may call any method; none waits but {@link #close}.
 */
public final class RedisClient {

    private final RedisAddress address;
    private final Duration timeToConnect;
    private final Duration timeout;
    private final String description;
    private final SharedClient shared;
    private final List<RedisConnection> connections = new CopyOnWriteArrayList<>();
    private final Questions questions = new Questions();
    private final AtomicBoolean closed = new AtomicBoolean();

    private RedisClient(Builder builder) {
        this.address = builder.address;
        this.timeToConnect = builder.timeToConnect;
        this.timeout = builder.timeout;
        this.description = builder.toString();
        this.shared = SharedClient.of(
                new SharedClient.Target(address, builder.ofSentinels, builder.tls, builder.timeToConnect));
    }

    /**
     * Begins with where Redis is.
     *
     * <pre>
     * redis://[[user:]password@]host[:port][,host[:port]...][/database]
     * redis-sentinel://[[user:]password@]host[:port][,host[:port]...][/database]#master
     * </pre>
     *
     * <p>{@code rediss} and {@code rediss-sentinel} say the same with TLS. Of several hosts the first that answers is
     * taken; name a few nodes of a cluster, which tell of the others. That it is a cluster need not be said. User and
     * password are for the servers that keep data, as with Lettuce; sentinels are asked without, or with their own
     * {@linkplain Builder#sentinelCredentials credentials}. What may not stand in a URI is encoded with %, such as %40 for @.
     *
     * @throws IllegalArgumentException if that is no such URI; the message never repeats user or password
     */
    public static Builder builder(String uri) {
        return new Builder(RedisAddress.parse(uri));
    }

    /**
     * One more connection to each server that is needed. What is sent on another one does not wait for what is sent on
     * this one. For a fixed number of them: it is kept until the client is closed.
     */
    public RedisConnection newConnection() {
        RedisConnection connection = new RedisConnection(shared.client(), address, timeToConnect, timeout);
        connections.add(connection);
        if (closed.get()) {
            connection.close();
        }
        return connection;
    }

    /**
     * Begins a question on a thread that may wait, and completes it on one. Who would ask by himself, and complete
     * something on the thread on which answers arrive, would be left with what Netty remembers of each thread that it was
     * called on, and would hold up all other answers with what he does with his.
     *
     * @return completes exceptionally with a {@link RedisFailure} if the question does, or if 1,000 wait already
     */
    public <T> CompletionStage<T> question(Supplier<CompletableFuture<T>> question) {
        return questions.ask(question);
    }

    /**
     * Lets go of connections, and as the last of its settings of the thread, for whose end it waits half a second at most.
     * What is under way fails. Once; a second call does nothing.
     */
    public void close(Duration deadline) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        connections.forEach(RedisConnection::close);
        if (shared.leave()) {
            shared.client().close(deadline);
        } else {
            connections.forEach(RedisConnection::closeConnections);
        }
    }

    /** Where it leads and how, without user and password. */
    @Override
    public String toString() {
        return description;
    }

    private static final class Questions {

        private static final int MAX_WAITING = 1_000;

        private final BlockingTasks.Lane beginnings = BlockingTasks.lane(MAX_WAITING);
        private final BlockingTasks.Lane ends = BlockingTasks.lane(MAX_WAITING);

        <T> CompletionStage<T> ask(Supplier<CompletableFuture<T>> question) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            if (!beginnings.offer(() -> begin(question, answer))) {
                answer.completeExceptionally(RedisFailure.retry("too many questions wait for an answer"));
            }
            return answer;
        }

        private <T> void begin(Supplier<CompletableFuture<T>> question, CompletableFuture<T> answer) {
            try {
                var unused = question.get().whenComplete((value, thrown) -> end(answer, value, thrown));
            } catch (Throwable thrown) {
                answer.completeExceptionally(thrown);
            }
        }

        private <T> void end(CompletableFuture<T> answer, T value, @Nullable Throwable thrown) {
            Runnable complete = () -> complete(answer, value, thrown);
            if (!ends.offer(complete)) {
                complete.run();
            }
        }

        private static <T> void complete(CompletableFuture<T> answer, T value, @Nullable Throwable thrown) {
            if (thrown == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(RedisFailure.of("Redis", thrown));
            }
        }
    }

    /** Collects the settings of one client; for one thread. */
    public static final class Builder {

        private static final Duration SHORTEST = Duration.ofMillis(10);
        private static final Duration LONGEST = Duration.ofMinutes(1);

        private final RedisAddress address;
        private Duration timeout = Duration.ofMillis(500);
        private Duration timeToConnect = Duration.ofSeconds(2);
        private Credentials ofSentinels = Credentials.NONE;
        private @Nullable TlsSettings tls;

        private Builder(RedisAddress address) {
            this.address = address;
        }

        /**
         * How long one answer may take; 500 ms by default. After that the connection is given up, and nobody knows whether
         * what was sent on it was done.
         *
         * @throws IllegalArgumentException unless between 10 ms and a minute
         */
        public Builder timeout(Duration newTimeout) {
            this.timeout = waiting("timeout", newTimeout);
            return this;
        }

        /**
         * How long a connection may take, and as long again to be let in; 2 s by default. A pipeline's delivery timeout
         * should be longer.
         *
         * @throws IllegalArgumentException unless between 10 ms and a minute
         */
        public Builder timeToConnect(Duration newTimeout) {
            this.timeToConnect = waiting("timeToConnect", newTimeout);
            return this;
        }

        /**
         * As whom sentinels know us; by default they are asked without user and password. Of no effect on the servers that
         * keep data, nor unless the URI is one of sentinels.
         *
         * @param user null for a sentinel's default user, the one that {@code requirepass} is for
         * @throws IllegalArgumentException if the password is empty
         */
        public Builder sentinelCredentials(@Nullable String user, String password) {
            if (password.isEmpty()) {
                throw new IllegalArgumentException("The password of the sentinels must not be empty");
            }
            this.ofSentinels = new Credentials(user, password);
            return this;
        }

        /**
         * Whom to trust and what to show; by default the JDK's own settings. Of no effect unless the URI says TLS.
         */
        public Builder tls(TlsSettings newTls) {
            this.tls = Objects.requireNonNull(newTls, "tls");
            return this;
        }

        /**
         * Makes the client; opens nothing, and does not look whether Redis is there.
         *
         * @throws IllegalStateException if Lettuce is not on the class path; the message names the missing artifact
         */
        public RedisClient build() {
            requireLettuce();
            return new RedisClient(this);
        }

        /** Now rather than when something is sent, when nobody looks. */
        private static void requireLettuce() {
            try {
                var unused = Class.forName("io.lettuce.core.RedisClient", false, RedisClient.class.getClassLoader());
            } catch (ClassNotFoundException missing) {
                throw new IllegalStateException("Redis needs io.lettuce:lettuce-core on the class path", missing);
            }
        }

        /** Where it will lead and how, without user and password. */
        @Override
        public String toString() {
            return address + ", timeout=" + timeout + ", timeToConnect=" + timeToConnect + ", tls="
                    + (address.tls() ? tls == null ? "default" : tls : "off");
        }

        private static Duration waiting(String name, Duration value) {
            if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        name + " must be between " + SHORTEST + " and " + LONGEST + ", but is " + value);
            }
            return value;
        }
    }
}
