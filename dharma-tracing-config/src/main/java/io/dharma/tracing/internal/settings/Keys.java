package io.dharma.tracing.internal.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The registry: every setting that a file, the environment or a system property can make. Reading, messages and
 * {@code docs/configuration.md} all come from here.
 *
 * <p>Three families of names. Where one source sets the same thing by several names, {@code dharma.*} goes before
 * {@code otel.*}, and that before the inherited names.
 */
public final class Keys {

    private static final List<Key<?>> ALL = new ArrayList<>();

    private static final List<String> SIGNAL_EXPORTERS = List.of("otlp", "none");
    private static final List<String> NO_SIGNAL_EXPORTERS = List.of("console", "logging", "prometheus", "logging-otlp");

    // The service

    public static final Key<String> SERVICE_NAME = key(
            Section.SERVICE,
            "dharma.service.name",
            Types.TEXT,
            null,
            "`unknown_service:java`",
            "What the service is called, wherever its traces are shown.");

    public static final Key<String> SERVICE_VERSION =
            key(Section.SERVICE, "dharma.service.version", Types.TEXT, null, "none", "The release that is running.");

    public static final Key<String> ENVIRONMENT = key(
            Section.SERVICE,
            "dharma.environment",
            Types.TEXT,
            null,
            "none",
            "Where it runs, such as `production`; the attribute `deployment.environment.name`.");

    public static final Key<String> OTEL_SERVICE_NAME = key(
            Section.SERVICE,
            "otel.service.name",
            Types.TEXT,
            null,
            "none",
            "OpenTelemetry's name for `dharma.service.name`.");

    public static final Key<Map<String, String>> RESOURCE_ATTRIBUTES = key(
            Section.SERVICE,
            "otel.resource.attributes",
            Types.ATTRIBUTES,
            null,
            "none",
            "What else there is to say about the service. Of several sources each adds its own; `service.name`,"
                    + " `service.version` and `deployment.environment.name` count as the settings above.");

    // Where traces go

    public static final Key<List<String>> TRACES_EXPORTER = key(
            Section.TRACES,
            "otel.traces.exporter",
            Types.someOf(
                    List.of("otlp", "zipkin", "console", "memory", "none"),
                    List.of("logging", "jaeger", "logging-otlp")),
            null,
            "`otlp` and `zipkin` if their endpoint is set, otherwise `memory`",
            "Where spans go. With `memory` the newest are kept in the process.");

    public static final Key<String> ZIPKIN_ENDPOINT = key(
            Section.TRACES,
            "otel.exporter.zipkin.endpoint",
            Types.URL,
            "http://localhost:9411/api/v2/spans",
            "",
            "Where the Zipkin server takes spans; the whole URL.");

    public static final Key<Duration> ZIPKIN_TIMEOUT = key(
            Section.TRACES,
            "otel.exporter.zipkin.timeout",
            Types.POSITIVE_DURATION,
            "5s",
            "",
            "How long one exchange with the Zipkin server may take in all.");

    public static final Key<String> CONSOLE_STYLE = key(
            Section.TRACES,
            "dharma.console.style",
            Types.oneOf(List.of("trees", "lines"), List.of()),
            "trees",
            "",
            "How the console shows spans: each trace as a tree, or one line per span.");

    public static final Key<Integer> MEMORY_MAX_SPANS = key(
            Section.TRACES,
            "dharma.memory.max.spans",
            Types.wholeNumber(1),
            "10000",
            "",
            "How many spans `memory` keeps; the oldest make room.");

    public static final Key<Long> MEMORY_MAX_BYTES = key(
            Section.TRACES,
            "dharma.memory.max.bytes",
            Types.SIZE,
            "6MiB",
            "",
            "How much heap they may take, by estimate.");

    public static final Key<Path> STORE_DIRECTORY = key(
            Section.TRACES,
            "dharma.store.dir",
            Types.DIRECTORY,
            null,
            "none: `memory` forgets everything when the process ends",
            "Where `memory` keeps traces on disk as well, so that they are found after a restart. For one process.");

    public static final Key<Long> STORE_MAX_BYTES = key(
            Section.TRACES,
            "dharma.store.max.bytes",
            Types.DISK_SIZE,
            "64MiB",
            "",
            "How much of the disk that may take; the oldest traces make room.");

    public static final Key<List<String>> PROPAGATORS = key(
            Section.TRACES,
            "otel.propagators",
            Types.someOf(
                    List.of("tracecontext", "baggage", "b3", "b3multi", "jaeger", "none"),
                    List.of("xray", "xray-lambda", "ottrace")),
            "tracecontext,baggage",
            "",
            "Which headers carry the trace to other services. All write, all read, the last that finds something wins.");

    public static final Key<String> EXCEPTION_SIGNAL = key(
            Section.TRACES,
            "otel.semconv.exception.signal.opt-in",
            Types.oneOf(List.of("logs", "logs/dup"), List.of()),
            null,
            "events of spans",
            "Sends exceptions as log records where log records are sent: `logs` instead of as events of spans, `logs/dup`"
                    + " besides.");

    public static final Key<Boolean> MDC = key(
            Section.TRACES,
            "dharma.mdc",
            Types.BOOLEAN,
            "true",
            "",
            "Whether the ids of trace, span, correlation and request are shown in SLF4J's MDC, for the application's log"
                    + " lines.");

    public static final Key<String> MDC_TRACE_ID = key(
            Section.TRACES, "dharma.mdc.trace.id.key", Types.TEXT, "trace_id", "", "The MDC's key of the trace id.");

    public static final Key<String> MDC_SPAN_ID =
            key(Section.TRACES, "dharma.mdc.span.id.key", Types.TEXT, "span_id", "", "The MDC's key of the span id.");

    public static final Key<String> MDC_CORRELATION_ID = key(
            Section.TRACES,
            "dharma.mdc.correlation.id.key",
            Types.TEXT,
            "correlation_id",
            "",
            "The MDC's key of the correlation id.");

    public static final Key<String> MDC_REQUEST_ID = key(
            Section.TRACES,
            "dharma.mdc.request.id.key",
            Types.TEXT,
            "request_id",
            "",
            "The MDC's key of the request id.");

    // Correlation

    public static final Key<Boolean> CORRELATION = key(
            Section.CORRELATION,
            "dharma.correlation",
            Types.BOOLEAN,
            "true",
            "",
            "Whether every request that comes in is given the correlation id that it brings, or else a new one, and takes"
                    + " it along.");

    public static final Key<String> CORRELATION_HEADER = key(
            Section.CORRELATION,
            "dharma.correlation.header",
            Types.TEXT,
            "X-Correlation-ID",
            "",
            "The header that the correlation id is read from, written to and echoed in. None that has another meaning.");

    public static final Key<String> REQUEST_HEADER = key(
            Section.CORRELATION,
            "dharma.correlation.request.header",
            Types.TEXT,
            "X-Request-ID",
            "",
            "The header that the request id is read from.");

    public static final Key<List<String>> CORRELATION_TRUST = key(
            Section.CORRELATION,
            "dharma.correlation.trust",
            Types.LIST,
            "valid",
            "",
            "Whose ids are taken over: `valid` for every id that keeps to the rules, `never` for none, or the networks"
                    + " that callers connect from, such as `10.0.0.0/8,fd00::/8`.");

    public static final Key<List<String>> CORRELATION_HOSTS = key(
            Section.CORRELATION,
            "dharma.correlation.outbound.hosts",
            Types.LIST,
            "internal",
            "",
            "The hosts that are told the id: names, `*.acme.com` for all under one, addresses, networks, `*` for all hosts,"
                    + " `internal` for names without a dot, `*.localhost`, `*.local`, `*.internal` and private addresses;"
                    + " `none` alone for nobody.");

    public static final Key<Boolean> CORRELATION_ECHO = key(
            Section.CORRELATION,
            "dharma.correlation.echo",
            Types.BOOLEAN,
            "true",
            "",
            "Whether responses tell the caller the id.");

    public static final Key<Boolean> CHAINS = key(
            Section.CORRELATION,
            "dharma.correlation.chains",
            Types.BOOLEAN,
            "true",
            "",
            "Whether what requests did is kept, span by span, to be read back by their correlation id.");

    public static final Key<Integer> CHAINS_MAX = key(
            Section.CORRELATION,
            "dharma.correlation.chains.max",
            Types.wholeNumber(1),
            "10000",
            "",
            "How many chains are kept in the process; those make room whose last hop came longest ago.");

    public static final Key<Long> CHAINS_MAX_BYTES = key(
            Section.CORRELATION,
            "dharma.correlation.chains.max.bytes",
            Types.SIZE,
            "4MiB",
            "",
            "How much heap they may take, by estimate.");

    public static final Key<Integer> HOPS_PER_MINUTE = key(
            Section.CORRELATION,
            "dharma.correlation.hops.per.minute",
            Types.wholeNumber(1),
            "1000",
            "",
            "How many hops of one chain this process records within a minute that entered it, how many that failed, and how"
                    + " many others.");

    public static final Key<Long> HOPS_MAX_QUEUE_BYTES = key(
            Section.CORRELATION,
            "dharma.correlation.max.queue.bytes",
            Types.SIZE,
            "6MiB",
            "",
            "How much heap hops may take while they wait for a store outside the process, by estimate. At least 64KiB."
                    + " What does not fit is dropped and counted.");

    public static final Key<String> REDIS_URL = key(
            Section.CORRELATION,
            "dharma.correlation.redis.url",
            Types.SECRET_URL,
            null,
            "none",
            "Where Redis is that keeps what requests did for all services together: `redis://user:password@host:6379`,"
                    + " `rediss://` with TLS, `redis-sentinel://host,host#master`; a cluster is recognised by itself. Needs"
                    + " `io.lettuce:lettuce-core`.");

    public static final Key<String> REDIS_PREFIX = key(
            Section.CORRELATION,
            "dharma.correlation.redis.prefix",
            Types.TEXT,
            "dharma:",
            "",
            "What all keys in Redis begin with; the same for all services that belong together.");

    public static final Key<Duration> REDIS_KEEP = key(
            Section.CORRELATION,
            "dharma.correlation.redis.keep",
            Types.POSITIVE_DURATION,
            "24h",
            "",
            "How long Redis keeps a request after its last hop, from 1m to 365d.");

    public static final Key<Duration> REDIS_KEEP_FAILED = key(
            Section.CORRELATION,
            "dharma.correlation.redis.keep.failed",
            Types.POSITIVE_DURATION,
            "7d",
            "",
            "How long one in which something failed.");

    public static final Key<Path> REDIS_CERTIFICATE = key(
            Section.CORRELATION,
            "dharma.correlation.redis.certificate",
            Types.FILE,
            null,
            "those that the JDK trusts",
            "A file with the certificates, in PEM, by which Redis proves who it is.");

    public static final Key<Path> REDIS_CLIENT_CERTIFICATE = key(
            Section.CORRELATION,
            "dharma.correlation.redis.client.certificate",
            Types.FILE,
            null,
            "none",
            "A file with the certificate, in PEM, by which this process proves who it is.");

    public static final Key<Path> REDIS_CLIENT_KEY = key(
            Section.CORRELATION,
            "dharma.correlation.redis.client.key",
            Types.FILE,
            null,
            "none",
            "A file with its private key, in PEM (PKCS#8).");

    // Errors

    public static final Key<Boolean> ERRORS = key(
            Section.ERRORS,
            "dharma.errors",
            Types.BOOLEAN,
            "true",
            "",
            "Whether failures are caught, grouped and counted.");

    public static final Key<List<String>> ERRORS_IN_APP = key(
            Section.ERRORS,
            "dharma.errors.in.app",
            Types.LIST,
            null,
            "the package of the main class",
            "The packages of the application, such as `com.acme`: errors are grouped by where its code failed, not by where"
                    + " libraries did.");

    public static final Key<List<String>> ERRORS_MDC = key(
            Section.ERRORS,
            "dharma.errors.mdc",
            Types.LIST,
            null,
            "none",
            "The keys of the MDC that errors have with them.");

    public static final Key<Boolean> ERRORS_UNCAUGHT = key(
            Section.ERRORS,
            "dharma.errors.uncaught",
            Types.BOOLEAN,
            "false",
            "",
            "Whether throwables that end a thread are caught as well; whoever handled them before still does.");

    public static final Key<Integer> ERRORS_PER_MINUTE = key(
            Section.ERRORS,
            "dharma.errors.events.per.minute",
            Types.wholeNumber(1),
            "60",
            "",
            "How many events of one group are kept of each minute; all others are counted only.");

    public static final Key<Duration> ERRORS_RESOLVE_AFTER = key(
            Section.ERRORS,
            "dharma.errors.resolve.after",
            Types.POSITIVE_DURATION,
            "14d",
            "",
            "After how long without an error a group is over, so that it has come back when it happens again.");

    public static final Key<Long> ERRORS_MAX_DISK_BYTES = key(
            Section.ERRORS,
            "dharma.errors.max.disk.bytes",
            Types.DISK_SIZE,
            "64MiB",
            "",
            "How much errors may take in the store's directory, where there is one. At least 128KiB.");

    public static final Key<Long> ERRORS_MAX_QUEUE_BYTES = key(
            Section.ERRORS,
            "dharma.errors.max.queue.bytes",
            Types.SIZE,
            "4MiB",
            "",
            "How much heap errors may take while they wait, by estimate. At least 64KiB. What does not fit is counted only.");

    public static final Key<String> ERRORS_ELASTICSEARCH_URL = key(
            Section.ERRORS,
            "dharma.errors.elasticsearch.url",
            Types.SECRET_URL,
            null,
            "none",
            "Where Elasticsearch (8.19 or 9) is that keeps errors for all services together:"
                    + " `https://user:password@host:9200`. Needs `co.elastic.clients:elasticsearch-java`.");

    public static final Key<String> ERRORS_ELASTICSEARCH_API_KEY = key(
            Section.ERRORS,
            "dharma.errors.elasticsearch.api.key",
            Types.SECRET_KEY,
            null,
            "none",
            "An API key for it, as Elasticsearch gives it out under `encoded`; in place of a user.");

    public static final Key<String> ERRORS_ELASTICSEARCH_NAMESPACE = key(
            Section.ERRORS,
            "dharma.errors.elasticsearch.namespace",
            Types.TEXT,
            "default",
            "",
            "The last part of the names of data stream and indices: the same for all services that belong together.");

    public static final Key<Duration> ERRORS_ELASTICSEARCH_KEEP = key(
            Section.ERRORS,
            "dharma.errors.elasticsearch.keep",
            Types.POSITIVE_DURATION,
            "30d",
            "",
            "How long events and counts are kept there, at least 1d.");

    public static final Key<Path> ERRORS_ELASTICSEARCH_CERTIFICATE = key(
            Section.ERRORS,
            "dharma.errors.elasticsearch.certificate",
            Types.FILE,
            null,
            "those that the JDK trusts",
            "A file with the certificates, in PEM, by which Elasticsearch proves who it is.");

    public static final Key<String> ERRORS_KAFKA_SERVERS = key(
            Section.ERRORS,
            "dharma.errors.kafka.servers",
            Types.TEXT,
            null,
            "none",
            "The brokers of Kafka that errors are sent to, `host:port,host:port`. Needs `org.apache.kafka:kafka-clients`.");

    public static final Key<String> ERRORS_KAFKA_TOPIC = key(
            Section.ERRORS,
            "dharma.errors.kafka.topic",
            Types.TEXT,
            "dharma-errors",
            "",
            "The topic there, which has to exist.");

    public static final Key<String> ERRORS_REDIS_URL = key(
            Section.ERRORS,
            "dharma.errors.redis.url",
            Types.SECRET_URL,
            null,
            "none",
            "Where Redis is through which all instances know the same groups, counts and affected users; as"
                    + " `dharma.correlation.redis.url`, and may be the same. Needs `io.lettuce:lettuce-core`.");

    public static final Key<Boolean> ERRORS_ALERTS = key(
            Section.ERRORS,
            "dharma.errors.alerts",
            Types.BOOLEAN,
            "true",
            "",
            "Whether somebody is told of new groups, of those that come back, and of spikes: once for all instances where"
                    + " they share Redis.");

    public static final Key<Boolean> ERRORS_ALERTS_LOG = key(
            Section.ERRORS,
            "dharma.errors.alerts.log",
            Types.BOOLEAN,
            "true",
            "",
            "Whether the log has a line of each alert.");

    public static final Key<String> ERRORS_ALERTS_WEBHOOK_URL = key(
            Section.ERRORS,
            "dharma.errors.alerts.webhook.url",
            Types.SECRET_URL,
            null,
            "none",
            "Where alerts are posted to, as JSON, by https. Needs a secret.");

    public static final Key<String> ERRORS_ALERTS_WEBHOOK_SECRET = key(
            Section.ERRORS,
            "dharma.errors.alerts.webhook.secret",
            Types.SECRET_TEXT,
            null,
            "none",
            "With what they are signed, so that the receiver knows who they are from.");

    public static final Key<String> ERRORS_ALERTS_KAFKA_TOPIC = key(
            Section.ERRORS,
            "dharma.errors.alerts.kafka.topic",
            Types.TEXT,
            null,
            "none",
            "The topic that alerts are sent to, in the Kafka of `dharma.errors.kafka.servers`. It has to exist.");

    // OTLP

    /** For all signals, and for each. */
    public static final OtlpKeys OTLP = OtlpKeys.forAll();

    public static final OtlpKeys OTLP_TRACES = OtlpKeys.forSignal("traces");
    public static final OtlpKeys OTLP_METRICS = OtlpKeys.forSignal("metrics");
    public static final OtlpKeys OTLP_LOGS = OtlpKeys.forSignal("logs");

    public static final Key<Boolean> ALLOW_LINK_LOCAL = key(
            Section.OTLP,
            "dharma.export.allow.link.local",
            Types.BOOLEAN,
            "false",
            "",
            "Whether spans may be sent to link-local addresses such as 169.254.169.254, where clouds serve credentials.");

    // Sampling

    public static final Key<String> SAMPLER = key(
            Section.SAMPLING,
            "otel.traces.sampler",
            Types.oneOf(
                    List.of(
                            "always_on",
                            "always_off",
                            "traceidratio",
                            "parentbased_always_on",
                            "parentbased_always_off",
                            "parentbased_traceidratio",
                            "probabilistic",
                            "rate_limited"),
                    List.of("jaeger_remote", "parentbased_jaeger_remote", "xray")),
            "parentbased_always_on",
            "",
            "Which traces are exported. Beside OpenTelemetry's names: `probabilistic` (a ratio) and `rate_limited`"
                    + " (traces per second), both after what the parent decided.");

    public static final Key<String> SAMPLER_ARG = key(
            Section.SAMPLING,
            "otel.traces.sampler.arg",
            Types.TEXT,
            null,
            "1 for a ratio, 100 for a rate",
            "The ratio from 0 to 1, or the traces per second.");

    public static final Key<Boolean> KEEP_ERRORS = key(
            Section.SAMPLING,
            "dharma.sampling.keep.errors",
            Types.BOOLEAN,
            "false",
            "",
            "Whether traces that fail in this process are exported though the sampler dropped them.");

    public static final Key<Duration> KEEP_SLOWER_THAN = key(
            Section.SAMPLING,
            "dharma.sampling.keep.slower.than",
            Types.DURATION,
            null,
            "never",
            "Traces whose first block in this process took longer are exported though the sampler dropped them.");

    public static final Key<Integer> KEEP_MAX_TRACES = key(
            Section.SAMPLING,
            "dharma.sampling.keep.max.traces",
            Types.wholeNumber(1),
            "1000",
            "",
            "How many undecided traces may wait for that at a time.");

    public static final Key<Long> KEEP_MAX_BYTES = key(
            Section.SAMPLING,
            "dharma.sampling.keep.max.bytes",
            Types.SIZE,
            "4MiB",
            "",
            "How much heap they may take, by estimate.");

    public static final Key<List<String>> DROP_NAMES = key(
            Section.SAMPLING,
            "dharma.sampling.drop",
            Types.LIST,
            null,
            "none",
            "Names of blocks whose traces are not exported, `*` for any characters: `GET /health,GET /ready`.");

    public static final Key<List<String>> DROP_ROUTES = key(
            Section.SAMPLING,
            "dharma.sampling.drop.routes",
            Types.LIST,
            null,
            "none",
            "The same by `http.route` or `url.path`.");

    // Limits

    public static final Key<Integer> SPAN_ATTRIBUTES =
            limit("otel.span.attribute.count.limit", "128", "How many attributes a span keeps.");
    public static final Key<Integer> SPAN_ATTRIBUTE_LENGTH = limit(
            "otel.span.attribute.value.length.limit", "4096", "How many characters of an attribute's text it keeps.");
    public static final Key<Integer> SPAN_EVENTS =
            limit("otel.span.event.count.limit", "128", "How many events a span keeps.");
    public static final Key<Integer> SPAN_LINKS =
            limit("otel.span.link.count.limit", "128", "How many links a span keeps.");
    public static final Key<Integer> EVENT_ATTRIBUTES =
            limit("otel.event.attribute.count.limit", "128", "How many attributes an event keeps.");
    public static final Key<Integer> LINK_ATTRIBUTES =
            limit("otel.link.attribute.count.limit", "128", "How many attributes a link keeps.");
    public static final Key<Integer> ATTRIBUTES = key(
            Section.LIMITS,
            "otel.attribute.count.limit",
            Types.wholeNumber(0),
            null,
            "none",
            "As `otel.span.attribute.count.limit`, which goes before it; also for log records.");
    public static final Key<Integer> ATTRIBUTE_LENGTH = key(
            Section.LIMITS,
            "otel.attribute.value.length.limit",
            Types.wholeNumber(0),
            null,
            "none",
            "As `otel.span.attribute.value.length.limit`, which goes before it; also for log records.");

    // Metrics and logs

    public static final Key<List<String>> METRICS_EXPORTER = key(
            Section.METRICS_AND_LOGS,
            "otel.metrics.exporter",
            Types.someOf(SIGNAL_EXPORTERS, NO_SIGNAL_EXPORTERS),
            null,
            "`otlp` if an OTLP endpoint is set for all signals or for metrics, otherwise `none`",
            "Where metrics go: block durations, the library's own health, and those of other libraries.");

    public static final Key<Boolean> BLOCK_METRICS = key(
            Section.METRICS_AND_LOGS,
            "dharma.metrics.blocks",
            Types.BOOLEAN,
            "true",
            "",
            "Whether rate, errors and duration of blocks are measured (`dharma.block.duration`) where metrics go"
                    + " anywhere.");

    public static final Key<Duration> METRIC_INTERVAL = key(
            Section.METRICS_AND_LOGS,
            "otel.metric.export.interval",
            Types.POSITIVE_DURATION,
            "60s",
            "",
            "How often metrics are sent.");

    public static final Key<String> METRIC_TEMPORALITY = key(
            Section.METRICS_AND_LOGS,
            "otel.exporter.otlp.metrics.temporality.preference",
            Types.oneOf(List.of("cumulative", "delta", "lowmemory"), List.of()),
            "cumulative",
            "",
            "Whether sums are totals, or what was added since the last export.");

    public static final Key<List<String>> LOGS_EXPORTER = key(
            Section.METRICS_AND_LOGS,
            "otel.logs.exporter",
            Types.someOf(SIGNAL_EXPORTERS, NO_SIGNAL_EXPORTERS),
            null,
            "`otlp` if an OTLP endpoint is set for all signals or for logs, otherwise `none`",
            "Where log records go that libraries give to OpenTelemetry.");

    public static final Key<Integer> LOG_BATCH_SIZE = key(
            Section.METRICS_AND_LOGS,
            "otel.blrp.max.export.batch.size",
            Types.wholeNumber(1),
            "512",
            "",
            "How many log records a batch has at most.");

    public static final Key<Duration> LOG_BATCH_DELAY = key(
            Section.METRICS_AND_LOGS,
            "otel.blrp.schedule.delay",
            Types.DURATION,
            "1s",
            "",
            "How long a batch of log records waits to be filled.");

    // Redaction

    public static final Key<String> REDACTION = key(
            Section.REDACTION,
            "dharma.redaction",
            Types.oneOf(List.of("on", "dry-run", "off"), List.of()),
            "on",
            "",
            "Whether secrets are taken out of all that leaves the process. With `dry-run` they are only counted.");

    public static final Key<List<String>> SECRET_KEYS = key(
            Section.REDACTION,
            "dharma.redaction.secret.keys",
            Types.LIST,
            null,
            "none",
            "Names whose values are secrets, besides the usual ones such as `password`.");

    public static final Key<List<String>> ALLOWED_KEYS = key(
            Section.REDACTION,
            "dharma.redaction.allowed.keys",
            Types.LIST,
            null,
            "none",
            "Names whose values stay as they are, though they are taken for secrets.");

    public static final Key<List<String>> PSEUDONYM_KEYS = key(
            Section.REDACTION,
            "dharma.redaction.pseudonym.keys",
            Types.LIST,
            null,
            "none",
            "Names of attributes that hold persons' identities, such as `enduser.id`; they become pseudonyms.");

    public static final Key<String> PSEUDONYM_SECRET = key(
            Section.REDACTION,
            "dharma.redaction.pseudonym.secret",
            Types.SECRET_KEY,
            null,
            "a random one, so that pseudonyms match only within the process",
            "What pseudonyms are made with; the same in all services that are to agree.");

    public static final Key<String> PSEUDONYM_SECRET_ID = key(
            Section.REDACTION,
            "dharma.redaction.pseudonym.secret.id",
            Types.TEXT,
            "k1",
            "",
            "The name of that secret, which every pseudonym begins with: 1 to 16 lower-case letters and digits.");

    public static final Key<String> REDACT_EMAILS = key(
            Section.REDACTION,
            "dharma.redaction.emails",
            Types.oneOf(List.of("keep", "mask", "pseudonym"), List.of()),
            "keep",
            "",
            "What becomes of e-mail addresses.");

    public static final Key<String> REDACT_IPS = key(
            Section.REDACTION,
            "dharma.redaction.ips",
            Types.oneOf(List.of("keep", "truncate"), List.of()),
            "keep",
            "",
            "What becomes of internet addresses.");

    public static final Key<Boolean> REDACT_STATEMENTS = key(
            Section.REDACTION,
            "dharma.redaction.statements",
            Types.BOOLEAN,
            "true",
            "",
            "Whether statements to databases lose their data.");

    public static final Key<Boolean> REDACT_URLS = key(
            Section.REDACTION,
            "dharma.redaction.urls",
            Types.BOOLEAN,
            "true",
            "",
            "Whether URLs lose user, password and secret parameters.");

    // Delivery

    public static final Key<Long> MAX_QUEUE_BYTES = key(
            Section.DELIVERY,
            "dharma.delivery.max.queue.bytes",
            Types.SIZE,
            "16MiB",
            "",
            "How much heap ended spans may take while they wait, by estimate. At least 64KiB. What does not fit is"
                    + " dropped and counted. Log records get a quarter as much, in addition.");

    public static final Key<Integer> BATCH_SIZE = key(
            Section.DELIVERY,
            "otel.bsp.max.export.batch.size",
            Types.wholeNumber(1),
            "512",
            "",
            "How many spans a batch has at most.");

    public static final Key<Duration> BATCH_DELAY = key(
            Section.DELIVERY,
            "otel.bsp.schedule.delay",
            Types.DURATION,
            "1s",
            "",
            "How long a batch of spans waits to be filled.");

    public static final Key<Path> SPOOL_DIRECTORY = key(
            Section.DELIVERY,
            "dharma.spool.dir",
            Types.DIRECTORY,
            null,
            "none: what waits for a receiver waits in memory only",
            "Where spans are written down until they are delivered, so that outages and the end of the process cost"
                    + " none, and `kill -9` those of the last 100 ms. Processes that deliver to the same receivers may share"
                    + " it.");

    public static final Key<Long> SPOOL_MAX_BYTES = key(
            Section.DELIVERY,
            "dharma.spool.max.bytes",
            Types.DISK_SIZE,
            "256MiB",
            "",
            "How much of the disk that may take, at least 4MiB; the oldest spans make room, failed ones last. Hops that wait"
                    + " for a store get a quarter as much, in addition.");

    public static final Key<Duration> SPOOL_MAX_AGE = key(
            Section.DELIVERY,
            "dharma.spool.max.age",
            Types.POSITIVE_DURATION,
            "24h",
            "",
            "After how long nobody wants a span any more.");

    public static final Key<String> SPOOL_FSYNC = key(
            Section.DELIVERY,
            "dharma.spool.fsync",
            Types.oneOf(List.of("none", "second", "batch"), List.of()),
            "second",
            "",
            "How often the disk is told to keep what was written, which only matters when the machine loses power.");

    // Start and end

    public static final Key<Boolean> DISABLED = key(
            Section.RUNTIME,
            "otel.sdk.disabled",
            Types.BOOLEAN,
            "false",
            "",
            "Whether nothing is traced at all. Bodies run, blocks record nothing, no thread is started, no id is made; what"
                    + " a request says of its trace, baggage and correlation is passed on.");

    public static final Key<Path> CONFIG_FILE = key(
            Section.RUNTIME,
            "dharma.config.file",
            Types.FILE,
            null,
            "`dharma-tracing.properties` on the class path, if there is one",
            "The file to read settings from, instead of the one on the class path. Not to be set in a file.");

    public static final Key<Boolean> REGISTER_GLOBAL = key(
            Section.RUNTIME,
            "dharma.register.global",
            Types.BOOLEAN,
            "true",
            "",
            "Whether libraries that ask for `GlobalOpenTelemetry` get this one.");

    public static final Key<Boolean> SHUTDOWN_HOOK = key(
            Section.RUNTIME,
            "dharma.shutdown.hook",
            Types.BOOLEAN,
            "true",
            "",
            "Whether what is queued is delivered when the JVM ends.");

    public static final Key<Duration> SHUTDOWN_TIMEOUT = key(
            Section.RUNTIME,
            "dharma.shutdown.timeout",
            Types.POSITIVE_DURATION,
            "3s",
            "",
            "How long that, and `close()`, may take.");

    // Inherited names

    public static final Key<String> INHERITED_SERVICE_NAME =
            inherited("SERVICE_NAME", Types.TEXT, "As `dharma.service.name`.");
    public static final Key<String> INHERITED_SERVICE_VERSION =
            inherited("SERVICE_VERSION", Types.TEXT, "As `dharma.service.version`.");
    public static final Key<String> INHERITED_ENVIRONMENT =
            inherited("ENVIRONMENT", Types.TEXT, "As `dharma.environment`.");
    public static final Key<String> JAEGER_ENDPOINT = inherited(
            "JAEGER_ENDPOINT",
            Types.URL,
            "Where Jaeger takes spans over OTLP. The removed port 14268 is translated to 4318. Any OTLP endpoint set"
                    + " by another name goes before it.");
    public static final Key<String> CORRELATION_REDIS_URL =
            inherited("CORRELATION_REDIS_URL", Types.SECRET_URL, "As `dharma.correlation.redis.url`.");
    public static final Key<String> SAMPLING_STRATEGY = inherited(
            "SAMPLING_STRATEGY",
            Types.oneOf(List.of("always_on", "always_off", "probabilistic", "rate_limited"), List.of()),
            "As `otel.traces.sampler`; `probabilistic` if only `SAMPLING_RATE` is set.");
    public static final Key<String> SAMPLING_RATE =
            inherited("SAMPLING_RATE", Types.TEXT, "As `otel.traces.sampler.arg`, for `SAMPLING_STRATEGY`.");

    private Keys() {}

    /** All keys, in the order of the reference. */
    public static List<Key<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    private static Key<Integer> limit(String name, String defaultText, String description) {
        return key(Section.LIMITS, name, Types.wholeNumber(0), defaultText, "", description);
    }

    private static <T> Key<T> inherited(String name, Type<T> type, String description) {
        return key(Section.INHERITED, name, type, null, "none", description);
    }

    static <T> Key<T> key(
            Section section,
            String name,
            Type<T> type,
            @Nullable String defaultText,
            String defaultMeaning,
            String description) {
        Key<T> key = defaultText == null
                ? Key.withoutDefault(section, name, type, defaultMeaning, description)
                : Key.withDefault(section, name, type, defaultText, description);
        ALL.add(key);
        return key;
    }
}
