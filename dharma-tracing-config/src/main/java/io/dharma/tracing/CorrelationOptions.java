package io.dharma.tracing;

import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.internal.settings.Key;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.internal.settings.Origin;
import io.dharma.tracing.internal.settings.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How requests get the id by which everything that they cause is found again, in this service and the next ones. Part of
 * {@link DharmaConfig.Builder}; one thread at a time.
 *
 * <p>Without a word said here, every request has one, see {@link
 * io.dharma.tracing.propagation.CorrelationPropagation}; and what this process did for it can be read back for a while, see
 * {@link DharmaTracing#chains()}.
 */
public final class CorrelationOptions {

    private final DharmaConfig.Builder config;

    CorrelationOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    /**
     * Neither reads nor writes ids; the application may still start correlations of its own. Default: on. Saves about a
     * microsecond per request.
     */
    public CorrelationOptions off() {
        config.set(Keys.CORRELATION, false);
        return this;
    }

    /** The header of the correlation id, in requests and responses. Default: {@code X-Correlation-ID}. Costs nothing. */
    public CorrelationOptions header(String name) {
        config.set(Keys.CORRELATION_HEADER, name);
        return this;
    }

    /** The header that the request id is read from. Default: {@code X-Request-ID}. Costs nothing. */
    public CorrelationOptions requestHeader(String name) {
        config.set(Keys.REQUEST_HEADER, name);
        return this;
    }

    /**
     * Takes over ids only from callers that connect from these networks. Default: from everybody, if they keep to the
     * rules. Costs some 300 ns per request. An integration that does not know who calls takes over none.
     *
     * @param networks such as {@code 10.0.0.0/8}, {@code fd00::/8} or {@code 192.0.2.7}; none given means nobody
     * @throws DharmaConfigException if one is a word that stands for everybody or nobody where the environment says it
     */
    public CorrelationOptions trustNetworks(String... networks) {
        for (String network : networks) {
            if (Planner.isTrustWord(network)) {
                throw new DharmaConfigException(List.of(new Problem(
                                Keys.CORRELATION_TRUST.name(),
                                network,
                                Origin.CODE,
                                "is no network; allowed is one such as 10.0.0.0/8, or trustNobody()")
                        .toString()));
            }
        }
        return list(Keys.CORRELATION_TRUST, networks.length == 0 ? List.of("never") : List.of(networks));
    }

    /** Takes over no ids: every request is given a new one. For a service that the whole world calls. Costs nothing. */
    public CorrelationOptions trustNobody() {
        return list(Keys.CORRELATION_TRUST, List.of("never"));
    }

    /**
     * Also tells these hosts the id, besides those that can only be one's own. Default: only those. Costs less than half a
     * microsecond per outgoing request.
     *
     * @param hosts names, {@code *.acme.com} for all under one, addresses, networks, or {@code *} for all hosts
     */
    public CorrelationOptions outboundHosts(String... hosts) {
        List<String> all = new ArrayList<>(List.of("internal"));
        all.addAll(List.of(hosts));
        return list(Keys.CORRELATION_HOSTS, all);
    }

    /** Tells these hosts the id and no others, not even one's own; none given means nobody. */
    public CorrelationOptions onlyOutboundHosts(String... hosts) {
        return list(Keys.CORRELATION_HOSTS, hosts.length == 0 ? List.of("none") : List.of(hosts));
    }

    private CorrelationOptions list(Key<List<String>> key, List<String> entries) {
        config.set(key, List.copyOf(entries));
        return this;
    }

    /**
     * Does not keep what requests did. Default: kept in this process, for the newest requests. Saves some 20 ns for each
     * span of a request, 150 ns where the sampler dropped it, and up to 12 MiB of heap.
     */
    public CorrelationOptions noChains() {
        config.set(Keys.CHAINS, false);
        return this;
    }

    /**
     * How much of what requests did is kept in this process. Defaults: 10,000 requests and 4 MiB, whichever comes first.
     *
     * @param chains how many requests
     * @param bytes how much heap they take, by estimate
     */
    public CorrelationOptions keepInMemory(int chains, long bytes) {
        config.set(Keys.CHAINS_MAX, chains);
        config.set(Keys.CHAINS_MAX_BYTES, bytes);
        return this;
    }

    /**
     * How many hops of one request this process records within a minute: so many that entered it, so many that failed, and
     * so many others. Default: 1,000. Bounds what a correlation takes that never ends.
     */
    public CorrelationOptions hopsPerMinute(int hops) {
        config.set(Keys.HOPS_PER_MINUTE, hops);
        return this;
    }

    /**
     * Keeps what requests did in Redis as well, so that it can be read back from every service that shares it, and lives
     * longer than a process. Default: in this process alone. Costs one thread; while Redis is away hops wait in 6 MiB of
     * heap, and on disk where there is a spool. Needs {@code io.lettuce:lettuce-core}, which comes along.
     *
     * @param uri such as {@code rediss://user:password@redis:6379}; see
     *     {@link io.dharma.tracing.correlation.redis.RedisCorrelationStore#builder}
     */
    public CorrelationOptions redis(String uri) {
        config.set(Keys.REDIS_URL, uri);
        return this;
    }

    /** Whom to trust, and as whom to appear, where Redis is reached by {@code rediss://}. Default: whom the JDK trusts. */
    public CorrelationOptions redisTls(TlsSettings tls) {
        config.extras().redisTls = Objects.requireNonNull(tls, "tls");
        return this;
    }

    /**
     * How long Redis keeps requests after their last hop. Defaults: 24 hours, and 7 days. Memory in Redis grows with it:
     * some 1,250 bytes for a request of 12 hops, indexes included.
     *
     * @param all at least a minute, at most 365 days
     * @param failed those in which something failed, likewise
     */
    public CorrelationOptions keepInRedis(Duration all, Duration failed) {
        config.set(Keys.REDIS_KEEP, all);
        config.set(Keys.REDIS_KEEP_FAILED, failed);
        return this;
    }

    /** What all keys in Redis begin with. Default: {@code dharma:}. The same for all services that belong together. */
    public CorrelationOptions redisPrefix(String prefix) {
        config.set(Keys.REDIS_PREFIX, prefix);
        return this;
    }

    /**
     * Adds a store of one's own, in which what requests did is kept as well. Default: none. While it is away hops wait for
     * it in 6 MiB of heap. It is closed with the rest.
     */
    public CorrelationOptions store(CorrelationStore store) {
        config.extras().correlationStores.add(Objects.requireNonNull(store, "store"));
        return this;
    }

    /** Does not tell callers the id of their request. Default: told, where the integration answers the request. */
    public CorrelationOptions noEcho() {
        config.set(Keys.CORRELATION_ECHO, false);
        return this;
    }
}
