package io.dharma.tracing;

import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.GroupListener;
import io.dharma.tracing.errors.alert.AlertListener;
import io.dharma.tracing.errors.classify.ClassificationRule;
import io.dharma.tracing.errors.fingerprint.FingerprintRule;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.pipeline.Sink;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How failures are caught, grouped, counted and kept. Part of {@link DharmaConfig.Builder}; one thread at a time.
 *
 * <p>Without a word said here, every throwable with which a traced block fails is caught once, and what this process had can
 * be asked for, see {@link DharmaTracing#errors()}.
 */
public final class ErrorsOptions {

    private final DharmaConfig.Builder config;

    ErrorsOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    /** Catches no failures; spans have them all the same. Default: on. Saves a microsecond or two for each throwable. */
    public ErrorsOptions off() {
        config.set(Keys.ERRORS, false);
        return this;
    }

    /**
     * Says which code is the application's: errors are grouped by where that failed, not by where libraries did. Default:
     * the package of the main class; where that says nothing, all that is of no known library. Costs nothing.
     *
     * @param packages such as {@code com.acme}, which stands for those below it as well
     */
    public ErrorsOptions inApp(String... packages) {
        config.set(Keys.ERRORS_IN_APP, List.of(packages));
        return this;
    }

    /** Which keys of the MDC errors have with them. Default: none. Costs some 20 ns for each key and error. */
    public ErrorsOptions mdcKeys(String... keys) {
        config.set(Keys.ERRORS_MDC, List.of(keys));
        return this;
    }

    /** Catches what ends a thread as well. Whoever handled it before still does. Default: no. Costs nothing. */
    public ErrorsOptions uncaught() {
        config.set(Keys.ERRORS_UNCAUGHT, true);
        return this;
    }

    /**
     * How many events of one group are kept of each minute; all others are counted only. Default: 60. More costs the heap,
     * the disk and the backends some 2 to 10 KB each.
     */
    public ErrorsOptions eventsPerMinute(int events) {
        config.set(Keys.ERRORS_PER_MINUTE, events);
        return this;
    }

    /**
     * After how long without an error a group is over, so that it has come back when it happens again. Default: 14 days.
     * Costs nothing.
     */
    public ErrorsOptions resolveAfter(Duration duration) {
        config.set(Keys.ERRORS_RESOLVE_AFTER, duration);
        return this;
    }

    /** How much heap errors may take while they wait, by estimate. Default: 4 MiB. What does not fit is counted only. */
    public ErrorsOptions maxQueueBytes(long bytes) {
        config.set(Keys.ERRORS_MAX_QUEUE_BYTES, bytes);
        return this;
    }

    /** How much errors may take in the store's directory, where there is one. Default: 64 MiB. */
    public ErrorsOptions maxDiskBytes(long bytes) {
        config.set(Keys.ERRORS_MAX_DISK_BYTES, bytes);
        return this;
    }

    /** Groups errors in the application's own way, starting from the default one. Default: none. See {@link FingerprintRule}. */
    public ErrorsOptions groupBy(FingerprintRule rule) {
        config.extras().fingerprintRule = Objects.requireNonNull(rule, "rule");
        return this;
    }

    /** Adds a rule that says how bad an error is and what kind of trouble, before ours do. See {@link ClassificationRule}. */
    public ErrorsOptions classify(ClassificationRule rule) {
        config.extras().classificationRules.add(Objects.requireNonNull(rule, "rule"));
        return this;
    }

    /**
     * Adds code that sees each event before it is counted and kept, and may change it or drop it by returning null. It runs
     * on a thread of ours while all errors wait: {@link io.dharma.tracing.pipeline.Stage#redactionHook} says what happens
     * when it fails or takes long. What it adds is redacted like all else.
     *
     * @param name a short lower-case name for health and log
     */
    public ErrorsOptions beforeKeeping(String name, UnaryOperator<@Nullable ErrorEvent> hook) {
        config.extras().errorHooks.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(hook, "hook"));
        return this;
    }

    /** Adds somebody who hears of new groups and of those that came back. Default: nobody. */
    public ErrorsOptions listener(GroupListener listener) {
        config.extras().groupListeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Keeps errors in Elasticsearch as well, for all services that use it together; {@link DharmaTracing#errors()} then
     * answers for all of them. Default: in this process alone. Costs no thread; while it is away errors wait in 4 MiB of
     * heap, and on disk where there is a spool. Needs {@code co.elastic.clients:elasticsearch-java}, which comes along.
     *
     * @param url such as {@code https://user:password@elasticsearch:9200}; see
     *     {@link io.dharma.tracing.errors.elasticsearch.ElasticsearchErrorStore}
     */
    public ErrorsOptions elasticsearch(String url) {
        config.set(Keys.ERRORS_ELASTICSEARCH_URL, url);
        return this;
    }

    /** An API key for Elasticsearch, in place of a user. Default: none. */
    public ErrorsOptions elasticsearchApiKey(String encoded) {
        config.set(Keys.ERRORS_ELASTICSEARCH_API_KEY, encoded);
        return this;
    }

    /** The last part of all names in Elasticsearch. Default: {@code default}. */
    public ErrorsOptions elasticsearchNamespace(String name) {
        config.set(Keys.ERRORS_ELASTICSEARCH_NAMESPACE, name);
        return this;
    }

    /** How long Elasticsearch keeps events and counts. Default: 30 days. At least one day. */
    public ErrorsOptions keepInElasticsearch(Duration duration) {
        config.set(Keys.ERRORS_ELASTICSEARCH_KEEP, duration);
        return this;
    }

    /** Whom to trust, and as whom to appear, where Elasticsearch is reached by https. Default: whom the JDK trusts. */
    public ErrorsOptions elasticsearchTls(TlsSettings tls) {
        config.extras().elasticsearchTls = Objects.requireNonNull(tls, "tls");
        return this;
    }

    /**
     * Sends errors to a topic of Kafka, which has to exist. Default: none. Costs one thread, and one of Kafka's. Needs
     * {@code org.apache.kafka:kafka-clients}, which comes along. See
     * {@link io.dharma.tracing.errors.kafka.KafkaErrorSink}.
     *
     * @param servers the brokers, such as {@code kafka-1:9092,kafka-2:9092}
     */
    public ErrorsOptions kafka(String servers, String topic) {
        config.set(Keys.ERRORS_KAFKA_SERVERS, servers);
        config.set(Keys.ERRORS_KAFKA_TOPIC, topic);
        return this;
    }

    /** Properties of Kafka's producer, such as those for TLS and SASL. Default: none. */
    public ErrorsOptions kafkaProperties(Map<String, String> properties) {
        config.extras().kafkaProperties.putAll(properties);
        return this;
    }

    /**
     * Has all instances of all services know the same groups, counts and affected users, through Redis. Default: each knows
     * its own. Costs one thread, which chains in the same Redis share. Needs {@code io.lettuce:lettuce-core}, which comes
     * along.
     *
     * @param uri as for {@link CorrelationOptions#redis}; TLS as {@link CorrelationOptions#redisTls} says
     */
    public ErrorsOptions redis(String uri) {
        config.set(Keys.ERRORS_REDIS_URL, uri);
        return this;
    }

    /** Tells nobody of new groups, of those that come back, and of spikes. Default: the log is told. */
    public ErrorsOptions noAlerts() {
        config.set(Keys.ERRORS_ALERTS, false);
        return this;
    }

    /** Does not have the log tell alerts. Default: a line for each, at most ten a minute. */
    public ErrorsOptions noAlertLog() {
        config.set(Keys.ERRORS_ALERTS_LOG, false);
        return this;
    }

    /**
     * Posts alerts as JSON, signed. Default: not. See
     * {@link io.dharma.tracing.errors.alert.WebhookAlertSink}, also for how its receiver checks the signature.
     *
     * @param url by https
     * @param secret at least 16 bytes, known to the receiver
     */
    public ErrorsOptions alertWebhook(String url, String secret) {
        config.set(Keys.ERRORS_ALERTS_WEBHOOK_URL, url);
        config.set(Keys.ERRORS_ALERTS_WEBHOOK_SECRET, secret);
        return this;
    }

    /** Sends alerts to a topic, which has to exist, in the Kafka that {@link #kafka} names. Default: not. */
    public ErrorsOptions alertTopic(String topic) {
        config.set(Keys.ERRORS_ALERTS_KAFKA_TOPIC, topic);
        return this;
    }

    /** Adds somebody who is told of alerts, on a thread of ours that is there for nothing else. Default: nobody. */
    public ErrorsOptions alertListener(AlertListener listener) {
        config.extras().alertListeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /** Adds a place of one's own where errors go. It is closed with the rest. Default: none. */
    public ErrorsOptions sink(Sink<ErrorRecord> sink) {
        config.extras().errorSinks.add(Objects.requireNonNull(sink, "sink"));
        return this;
    }
}
