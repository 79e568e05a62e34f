package io.dharma.tracing.errors.redis;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.redis.RedisClient;
import io.dharma.tracing.redis.RedisConnection;
import io.dharma.tracing.redis.RedisFailure;
import io.opentelemetry.sdk.common.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What all processes of a system know together of their errors, in Redis: how often each happens in a minute, to how many
 * users, where each group stands; and which one of the processes speaks for all, so that an alert comes once.
 *
 * <pre>{@code
 * RedisErrorCache cache = RedisErrorCache.builder("rediss://dharma:secret@redis.example:6379", instance).build();
 * cache.claimAlert("spike:" + group, Duration.ofMinutes(30)).thenAccept(mine -> { if (mine) notify(...); });
 * }</pre>
 *
 * <p>Counts are exact, however often and in whatever order they are delivered: each process has counters of its own, which
 * are only ever raised. Users are counted by a HyperLogLog, within some percent; it keeps no pseudonym that could be read
 * back. Groups are put together as {@link ErrorGroup#and} says. Single events are not kept here.
 *
 * <p>A group takes some 500 bytes, up to 12 KB more where many users are affected, and about 150 bytes for each minute in
 * which it happens. Every key has a time to live from the moment it exists, and no process shortens another's. Nothing is
 * written but keys that begin with the {@linkplain Builder#keyPrefix prefix}. The user needs, for keys with that prefix, what
 * {@code +@read +@write +@connection +@scripting +select +asking} gives.
 *
 * <p>Nothing is opened before the first batch or question. Then there is one connection to each server that is needed, and
 * one more once something was asked; and one thread, {@code dharma-redis}, with all who use the same Redis with the same
 * settings. A connection that is lost is opened again for what comes next.
 *
 * <p>Questions may come from any thread, at any time; none waits. What completes a stage is no thread that others wait for.
 */
public final class RedisErrorCache implements Sink<ErrorRecord> {

    private static final Duration LONGEST_COOLDOWN = Duration.ofDays(365);

    private final String description;
    private final Layout layout;
    private final RedisClient client;
    private final RedisConnection writes;
    private final FleetQuestions questions;
    private final FailOpen failOpen;

    private RedisErrorCache(Builder builder) {
        this.description = builder.describe();
        this.layout = new Layout(
                new ErrorKeys(builder.keyPrefix), builder.keepRatesFor, builder.keepGroupsFor, builder.clock);
        this.client = builder.client.build();
        this.writes = client.newConnection();
        this.questions = new FleetQuestions(client.newConnection(), layout, builder.instance);
        this.failOpen = new FailOpen(builder.claimWithin);
    }

    /**
     * Begins with where Redis is and who asks.
     *
     * @param uri as {@link RedisClient#builder} wants it
     * @param instance this process among all of the system, as in
     *     {@link io.dharma.tracing.errors.ServiceIdentity#instance}; unique
     * @throws IllegalArgumentException if that is no such URI, or the instance is empty; the message never repeats user or
     *     password
     */
    public static Builder builder(String uri, String instance) {
        if (instance.isEmpty()) {
            throw new IllegalArgumentException("instance must not be empty");
        }
        return new Builder(RedisClient.builder(uri), instance);
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

    /** A few commands for each group that the batch has. Minutes that are not kept any more are left out. */
    @Override
    public CompletionStage<Delivery> deliver(List<ErrorRecord> batch) {
        CacheWrite write = CacheWrite.of(batch, layout);
        return writes.ready()
                .thenCompose(epoch -> write.send(writes))
                .exceptionally(thrown -> RedisFailure.of("Redis", thrown).delivery());
    }

    /**
     * How often a group happened, in all processes together.
     *
     * @param from from this time on, down to the minute; not before {@link Builder#keepRatesFor} ago
     * @param to before this time, up to the minute
     * @return by minute, in order of time, minutes without left out; or exceptionally a {@link RedisFailure}
     */
    public CompletionStage<List<MinuteRate>> fleetRate(String group, Instant from, Instant to) {
        return client.question(() -> questions.rates(group, from, to));
    }

    /**
     * To how many different users a group happened, in all processes together and as long as it is kept; within some
     * percent.
     *
     * @return 0 if nobody knows; or exceptionally a {@link RedisFailure}
     */
    public CompletionStage<Long> affectedUsers(String group) {
        return client.question(() -> questions.users(group));
    }

    /**
     * A group as all processes together know it: see {@link ErrorGroup#and}, and for its users {@link #affectedUsers}.
     *
     * @return empty if it is not kept, or by a later version; or exceptionally a {@link RedisFailure}
     */
    public CompletionStage<Optional<ErrorGroup>> group(String id) {
        return client.question(() -> questions.group(id));
    }

    /**
     * Whether a group that is new to this process is new to all: whether no other process has asked this before, within
     * {@link Builder#keepGroupsFor} of the group's last occurrence. Asked again, it says the same again.
     *
     * @return true as well where Redis does not answer within {@link Builder#claimWithin}; never completes exceptionally
     */
    public CompletionStage<Boolean> isNewInFleet(String group) {
        return failOpen.orYes(client.question(() -> questions.isNew(group)));
    }

    /**
     * Takes it on to say something, which nobody else then does for a while.
     *
     * @param key what is to be said
     * @param cooldown how long nobody says it again, to the millisecond; a year at most
     * @return false if somebody has it; true also where Redis does not answer within {@link Builder#claimWithin}; never
     *     completes exceptionally
     * @throws IllegalArgumentException unless the cooldown is a millisecond or more
     */
    public CompletionStage<Boolean> claimAlert(String key, Duration cooldown) {
        Objects.requireNonNull(key, "key");
        if (cooldown.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("cooldown must be a millisecond or more, but is " + cooldown);
        }
        Duration bounded = cooldown.compareTo(LONGEST_COOLDOWN) > 0 ? LONGEST_COOLDOWN : cooldown;
        return failOpen.orYes(client.question(() -> questions.claim(key, bounded)));
    }

    /** How often {@link #isNewInFleet} and {@link #claimAlert} said yes because Redis said nothing. */
    public long unansweredClaims() {
        return failOpen.unanswered();
    }

    /** Waits for its thread to end, if nobody else needs it: for half a second at most. */
    @Override
    public void close(Duration deadline) {
        client.close(deadline);
    }

    /** The settings, without user and password. */
    @Override
    public String toString() {
        return description;
    }

    /** Collects the settings of one cache; for one thread. */
    public static final class Builder {

        private final RedisClient.Builder client;
        private final String instance;
        private String keyPrefix = "dharma:";
        private Duration keepRatesFor = Duration.ofHours(2);
        private Duration keepGroupsFor = Duration.ofDays(30);
        private Duration claimWithin = Duration.ofSeconds(2);
        private Clock clock = Clock.getDefault();

        private Builder(RedisClient.Builder client, String instance) {
            this.client = client;
            this.instance = instance;
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
         * How long it is known how often a group happened in a minute; 2 hours by default. Twice as long costs twice the
         * memory.
         *
         * @throws IllegalArgumentException unless between 5 minutes and 7 days
         */
        public Builder keepRatesFor(Duration duration) {
            this.keepRatesFor = between(Duration.ofMinutes(5), Duration.ofDays(7), "keepRatesFor", duration);
            return this;
        }

        /**
         * How long a group and its users are known after it happened last; 30 days by default. Then it is new again.
         *
         * @throws IllegalArgumentException unless between an hour and 365 days
         */
        public Builder keepGroupsFor(Duration duration) {
            this.keepGroupsFor = between(Duration.ofHours(1), Duration.ofDays(365), "keepGroupsFor", duration);
            return this;
        }

        /**
         * How long {@link RedisErrorCache#isNewInFleet} and {@link RedisErrorCache#claimAlert} wait for Redis before they say yes; 2 s by default.
         *
         * @throws IllegalArgumentException unless between 10 ms and a minute
         */
        public Builder claimWithin(Duration duration) {
            this.claimWithin = between(Duration.ofMillis(10), Duration.ofMinutes(1), "claimWithin", duration);
            return this;
        }

        /** As {@link RedisClient.Builder#timeout}. */
        public Builder timeout(Duration timeout) {
            client.timeout(timeout);
            return this;
        }

        /** As {@link RedisClient.Builder#timeToConnect}. */
        public Builder timeToConnect(Duration timeout) {
            client.timeToConnect(timeout);
            return this;
        }

        /** As {@link RedisClient.Builder#tls}. */
        public Builder tls(TlsSettings tls) {
            client.tls(tls);
            return this;
        }

        /** For tests that move time. */
        Builder clock(Clock newClock) {
            this.clock = newClock;
            return this;
        }

        /**
         * Makes the cache; opens nothing, and does not look whether Redis is there.
         *
         * @throws IllegalStateException if Lettuce is not on the class path; the message names the missing artifact
         */
        public RedisErrorCache build() {
            return new RedisErrorCache(this);
        }

        private String describe() {
            return "RedisErrorCache{" + client + ", keyPrefix=" + keyPrefix + ", keepRatesFor=" + keepRatesFor
                    + ", keepGroupsFor=" + keepGroupsFor + ", claimWithin=" + claimWithin + "}";
        }

        private static Duration between(Duration least, Duration most, String name, Duration value) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException(
                        name + " must be between " + least + " and " + most + ", but is " + value);
            }
            return value;
        }
    }
}
