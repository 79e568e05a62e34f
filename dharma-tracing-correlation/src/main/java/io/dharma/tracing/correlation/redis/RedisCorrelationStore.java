package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.ChainQuery;
import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.redis.RedisClient;
import io.dharma.tracing.redis.RedisConnection;
import io.dharma.tracing.redis.RedisFailure;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps request chains in Redis, or in a server that speaks its protocol and runs Lua scripts: one standalone server, a
 * sentinel set or a cluster, of Redis 6.2 or later.
 *
 * <pre>{@code
 * CorrelationStore store = RedisCorrelationStore.builder("rediss://dharma:secret@redis.example:6379")
 *         .tls(TlsSettings.builder().trustedCertificates(Path.of("/etc/ssl/redis-ca.pem")).build())
 *         .keepFor(Duration.ofDays(2))
 *         .build();
 * }</pre>
 *
 * <p>A chain takes about 750 bytes for 12 hops, some 1,250 with its places in the indexes of three services and of a user
 * whom other chains have, too; the index of a user who is not seen again takes 4 KB. Every key has a time to live from the moment it exists, and no process shortens another's. Nothing is
 * written but keys that begin with the {@linkplain Builder#keyPrefix prefix}. The user needs, for keys with that prefix,
 * what {@code +@read +@write +@connection +@scripting +select +asking} gives.
 *
 * <p>A chain has 10,000 hops at most, so that one whose id never ends does not grow for ever; further ones count as
 * rejected, and do not make it live on. One process writes 2,000 different operations and types of errors, and ten more
 * each minute: those beyond are called {@code __other__}, in whatever chain they are.
 *
 * <p>Nothing is opened before the first batch or question. Then there is one connection to each server that is needed,
 * and one more once something was asked, so that questions do not wait behind batches; and one thread,
 * {@code dharma-redis}, with all who use the same Redis with the same settings. A connection that is lost is opened again for what
 * comes next, to where the name leads by then.
 *
 * <p>What may be asked of it, from which threads and when: as {@link CorrelationStore} says. What completes a stage is
 * no thread that others wait for.
 */
public final class RedisCorrelationStore implements CorrelationStore {

    private final String description;
    private final Schema schema;
    private final RedisClient client;
    private final RedisConnection writes;
    private final ChainReader chains;
    private final ChainSearch search;
    private final ChainErasure erasure;

    private RedisCorrelationStore(Builder builder) {
        this.description = builder.describe();
        Retention retention = new Retention(builder.keepFor, builder.keepFailedFor, builder.maxIndexEntries);
        Keys keys = new Keys(builder.keyPrefix);
        this.schema = new Schema(
                keys,
                retention,
                new NameCache(builder.clock),
                new RecentlyWritten(retention.beforeNameIsRenewed(), builder.clock),
                builder.clock);
        this.client = builder.client.build();
        this.writes = client.newConnection();
        RedisConnection questions = client.newConnection();
        Pages pages = new Pages(questions);
        NameReader names = new NameReader(questions, keys);
        this.chains = new ChainReader(pages, keys, names);
        this.search = new ChainSearch(questions, pages, keys, names, retention, builder.clock);
        this.erasure = new ChainErasure(questions, pages, keys, chains, names);
    }

    /**
     * Begins with where Redis is, as {@link RedisClient#builder} wants it said.
     *
     * @throws IllegalArgumentException if that is no such URI; the message never repeats user or password
     */
    public static Builder builder(String uri) {
        return new Builder(RedisClient.builder(uri));
    }

    /** {@code redis}. */
    @Override
    public String name() {
        return "redis";
    }

    /** True: what takes time goes on elsewhere. Only {@link #close} waits a moment. */
    @Override
    public boolean isNonBlocking() {
        return true;
    }

    @Override
    public CompletionStage<Delivery> deliver(List<CorrelatedHop> batch) {
        BatchWrite write = BatchWrite.of(batch, schema);
        return writes.ready()
                .thenCompose(epoch -> write.send(writes, epoch))
                .exceptionally(thrown -> RedisFailure.of("Redis", thrown).delivery());
    }

    @Override
    public CompletionStage<List<Hop>> hops(String correlationId) {
        return client.question(() -> chains.hops(correlationId));
    }

    @Override
    public CompletionStage<List<ChainSummary>> find(ChainQuery query) {
        return client.question(() -> search.find(query));
    }

    /**
     * As {@link CorrelationStore#erase} says, as far as the user's index lists them: see {@link Builder#maxIndexEntries}.
     * Entries in the indexes of other users of the same chains stay until their time is over. Not everything is removed
     * at once, and what failed half way is completed by asking again. Reads all that the services had to do in the hours
     * in which the user was there, so it takes seconds where that is much.
     */
    @Override
    public CompletionStage<Integer> erase(String userKey) {
        return client.question(() -> erasure.erase(userKey));
    }

    /** Waits for its thread to end, which has nothing to wait for itself: for half a second at most. */
    @Override
    public void close(Duration deadline) {
        client.close(deadline);
    }

    /** The settings, without user and password. */
    @Override
    public String toString() {
        return description;
    }

    /** Collects the settings of one store; for one thread. */
    public static final class Builder {

        private static final Duration SHORTEST_KEEPING = Duration.ofMinutes(1);
        private static final Duration LONGEST_KEEPING = Duration.ofDays(365);

        private final RedisClient.Builder client;
        private String keyPrefix = "dharma:";
        private Duration keepFor = Duration.ofHours(24);
        private Duration keepFailedFor = Duration.ofDays(7);
        private int maxIndexEntries = 10_000;
        private Clock clock = Clock.getDefault();

        private Builder(RedisClient.Builder client) {
            this.client = client;
        }

        /**
         * What all keys begin with; {@code dharma:} by default. Systems that share a server without knowing each other
         * need one each; the services of one system need the same.
         *
         * @throws IllegalArgumentException unless it has 1 to 64 visible ASCII characters, none of them a brace, by which
         *     a cluster would put all keys into one slot
         */
        public Builder keyPrefix(String prefix) {
            boolean possible = !prefix.isEmpty()
                    && prefix.length() <= 64
                    && prefix.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '{' && c != '}');
            if (!possible) {
                throw new IllegalArgumentException(
                        "keyPrefix must have 1 to 64 visible ASCII characters other than { and }, such as dharma:");
            }
            this.keyPrefix = prefix;
            return this;
        }

        /**
         * How long a chain is kept after its last hop came in; 24 hours by default. Twice as long costs twice the
         * memory.
         *
         * @throws IllegalArgumentException unless between a minute and 365 days
         */
        public Builder keepFor(Duration duration) {
            this.keepFor = keeping("keepFor", duration);
            return this;
        }

        /**
         * How long a chain is kept in which something failed, if that is longer than others are; 7 days by default. Users'
         * indexes live as long.
         *
         * @throws IllegalArgumentException unless between a minute and 365 days
         */
        public Builder keepFailedFor(Duration duration) {
            this.keepFailedFor = keeping("keepFailedFor", duration);
            return this;
        }

        /**
         * How many entries an index holds, about: those of a service in an hour, those of them that failed, and those of a
         * user, who has one for each service that a chain entered. 10,000 by default, 60 bytes each. The oldest make room for the newest, and can then be read by their
         * correlation id but neither be found nor be erased by their user.
         *
         * @throws IllegalArgumentException unless between 100 and 100,000
         */
        public Builder maxIndexEntries(int entries) {
            if (entries < 100 || entries > 100_000) {
                throw new IllegalArgumentException(
                        "maxIndexEntries must be between 100 and 100,000, but is " + entries);
            }
            this.maxIndexEntries = entries;
            return this;
        }

        /**
         * How long one answer may take; 500 ms by default. After that the connection is given up, what was sent on it
         * counts as not written and is written again.
         *
         * @throws IllegalArgumentException unless between 10 ms and a minute
         */
        public Builder timeout(Duration timeout) {
            client.timeout(timeout);
            return this;
        }

        /**
         * How long a connection may take, and as long again to be let in; 2 s by default. A pipeline's delivery timeout
         * should be longer.
         *
         * @throws IllegalArgumentException unless between 10 ms and a minute
         */
        public Builder timeToConnect(Duration timeout) {
            client.timeToConnect(timeout);
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
            client.sentinelCredentials(user, password);
            return this;
        }

        /**
         * Whom to trust and what to show; by default the JDK's own settings. Of no effect unless the URI says TLS.
         */
        public Builder tls(TlsSettings tls) {
            client.tls(tls);
            return this;
        }

        /** For tests that move time. */
        Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Makes the store; opens nothing, and does not look whether Redis is there.
         *
         * @throws IllegalStateException if Lettuce is not on the class path; the message names the missing artifact
         */
        public RedisCorrelationStore build() {
            return new RedisCorrelationStore(this);
        }

        private String describe() {
            return "RedisCorrelationStore{" + client + ", keyPrefix=" + keyPrefix + ", keepFor=" + keepFor
                    + ", keepFailedFor=" + keepFailedFor + ", maxIndexEntries=" + maxIndexEntries + "}";
        }

        private static Duration keeping(String name, Duration duration) {
            if (duration.compareTo(SHORTEST_KEEPING) < 0 || duration.compareTo(LONGEST_KEEPING) > 0) {
                throw new IllegalArgumentException(name + " must be between " + SHORTEST_KEEPING + " and "
                        + LONGEST_KEEPING + ", but is " + duration);
            }
            return duration;
        }
    }
}
