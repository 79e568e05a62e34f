package io.dharma.tracing;

import io.dharma.tracing.errors.alert.Alert;
import io.dharma.tracing.errors.alert.WebhookAlertSink;
import io.dharma.tracing.errors.elasticsearch.ElasticsearchErrorStore;
import io.dharma.tracing.errors.kafka.KafkaAlertSink;
import io.dharma.tracing.errors.kafka.KafkaErrorSink;
import io.dharma.tracing.errors.redis.RedisErrorCache;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.internal.settings.Key;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.internal.settings.Problem;
import io.dharma.tracing.internal.settings.Setting;
import io.dharma.tracing.internal.settings.Settings;
import io.dharma.tracing.internal.settings.Urls;
import io.dharma.tracing.pipeline.Sink;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads in which backends errors are kept. What is wrong with one is said at the start, whatever else is. */
final class ErrorPlaces {

    private final Settings settings;
    private final Extras.Errors extras;
    private final Targets targets;
    private final List<Problem> problems;

    ErrorPlaces(Settings settings, Extras.Errors extras, Targets targets, List<Problem> problems) {
        this.settings = settings;
        this.extras = extras;
        this.targets = targets;
        this.problems = problems;
    }

    List<Plan.ErrorPlace> all() {
        List<Plan.ErrorPlace> places = new ArrayList<>();
        add(places, settings.find(Keys.ERRORS_ELASTICSEARCH_URL), Keys.ERRORS_ELASTICSEARCH_URL, this::elasticsearch);
        add(places, settings.find(Keys.ERRORS_KAFKA_SERVERS), Keys.ERRORS_KAFKA_SERVERS, this::kafka);
        add(places, settings.find(Keys.ERRORS_REDIS_URL), Keys.ERRORS_REDIS_URL, this::redis);
        return places;
    }

    /** Null if nobody is to be told. */
    Plan.@Nullable Alerts alerts() {
        List<Supplier<Sink<Alert>>> sinks = new ArrayList<>();
        Setting<String> webhook = settings.find(Keys.ERRORS_ALERTS_WEBHOOK_URL);
        if (webhook != null) {
            reading(Keys.ERRORS_ALERTS_WEBHOOK_URL, webhook, () -> sinks.add(webhook(webhook)));
        }
        Setting<String> topic = settings.find(Keys.ERRORS_ALERTS_KAFKA_TOPIC);
        if (topic != null && !topic.value().isBlank()) {
            reading(Keys.ERRORS_ALERTS_KAFKA_TOPIC, topic, () -> sinks.add(alertTopic(topic)));
        }
        return settings.value(Keys.ERRORS_ALERTS)
                ? new Plan.Alerts(settings.value(Keys.ERRORS_ALERTS_LOG), List.copyOf(sinks))
                : null;
    }

    private Supplier<Sink<Alert>> webhook(Setting<String> url) {
        Setting<String> secret = settings.find(Keys.ERRORS_ALERTS_WEBHOOK_SECRET);
        if (secret == null) {
            throw new IllegalArgumentException(
                    "needs " + Keys.ERRORS_ALERTS_WEBHOOK_SECRET.name() + " as well, with which alerts are signed");
        }
        WebhookAlertSink.Builder sink = WebhookAlertSink.builder(url.value(), secret.value());
        // What is wrong with it is known only then; it opens nothing.
        WebhookAlertSink made = sink.build();
        return () -> made;
    }

    private Supplier<Sink<Alert>> alertTopic(Setting<String> topic) {
        Setting<String> servers = settings.find(Keys.ERRORS_KAFKA_SERVERS);
        if (servers == null || servers.value().isBlank()) {
            throw new IllegalArgumentException("needs " + Keys.ERRORS_KAFKA_SERVERS.name() + " as well");
        }
        KafkaAlertSink.Builder sink =
                KafkaAlertSink.builder(servers.value(), topic.value()).properties(extras.kafkaProperties());
        return sink::build;
    }

    private void reading(Key<String> key, Setting<String> setting, Runnable reading) {
        try {
            reading.run();
        } catch (IllegalArgumentException wrong) {
            // Without the value: there may be a password in it.
            problems.add(new Problem(key.name(), null, setting.origin(), String.valueOf(wrong.getMessage())));
        }
    }

    private interface Reading {
        Plan.ErrorPlace read(Setting<String> address);
    }

    private void add(
            List<Plan.ErrorPlace> places, @Nullable Setting<String> address, Key<String> key, Reading reading) {
        if (address == null || address.value().isBlank()) {
            return;
        }
        reading(key, address, () -> places.add(reading.read(address)));
    }

    private Plan.ErrorPlace elasticsearch(Setting<String> address) {
        URI uri = uri(address.value());
        ElasticsearchErrorStore.Builder store = ElasticsearchErrorStore.builder(withoutUser(uri))
                .namespace(settings.value(Keys.ERRORS_ELASTICSEARCH_NAMESPACE))
                .keepFor(settings.value(Keys.ERRORS_ELASTICSEARCH_KEEP));
        String user = uri.getRawUserInfo();
        if (user != null) {
            String[] parts = user.split(":", 2);
            store.user(decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1]));
        }
        Setting<String> apiKey = settings.find(Keys.ERRORS_ELASTICSEARCH_API_KEY);
        if (apiKey != null) {
            store.apiKey(apiKey.value());
        }
        TlsSettings tls = targets.elasticsearchTls(extras.elasticsearchTls());
        if (tls != null) {
            store.tls(tls);
        }
        return new Plan.ErrorPlace(
                "elasticsearch", Urls.withoutSecrets(address.value()), address.origin(), instance -> store.build());
    }

    private static URI uri(String address) {
        try {
            return new URI(address);
        } catch (URISyntaxException wrong) {
            throw new IllegalArgumentException("is no URL; allowed is one such as https://elasticsearch:9200", wrong);
        }
    }

    private static String withoutUser(URI uri) {
        String text = uri.toString();
        String user = uri.getRawUserInfo();
        return user == null ? text : text.replace(user + "@", "");
    }

    /** A plus sign stays one here. */
    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private Plan.ErrorPlace kafka(Setting<String> servers) {
        Map<String, String> properties = extras.kafkaProperties();
        KafkaErrorSink.Builder sink = KafkaErrorSink.builder(servers.value(), settings.value(Keys.ERRORS_KAFKA_TOPIC))
                .properties(properties);
        return new Plan.ErrorPlace(
                "kafka",
                servers.value() + "/" + settings.value(Keys.ERRORS_KAFKA_TOPIC),
                servers.origin(),
                instance -> sink.build());
    }

    private Plan.ErrorPlace redis(Setting<String> url) {
        // For what is wrong with it: what it is called is known only when it starts.
        redis(url.value(), "instance");
        return new Plan.ErrorPlace(
                "redis",
                Urls.withoutSecrets(url.value()),
                url.origin(),
                instance -> redis(url.value(), instance).build());
    }

    private RedisErrorCache.Builder redis(String url, String instance) {
        RedisErrorCache.Builder cache =
                RedisErrorCache.builder(url, instance).keyPrefix(settings.value(Keys.REDIS_PREFIX));
        TlsSettings tls = targets.redisTls();
        if (tls != null) {
            cache.tls(tls);
        }
        return cache;
    }
}
