package io.dharma.tracing;

import io.dharma.tracing.context.MdcField;
import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.correlation.redis.RedisCorrelationStore;
import io.dharma.tracing.errors.ErrorPolicy;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.export.ConsoleSpanSink;
import io.dharma.tracing.export.OtlpSignal;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.history.HistoryLog;
import io.dharma.tracing.internal.settings.Key;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.internal.settings.Origin;
import io.dharma.tracing.internal.settings.Problem;
import io.dharma.tracing.internal.settings.Setting;
import io.dharma.tracing.internal.settings.Settings;
import io.dharma.tracing.internal.settings.Urls;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.propagation.CorrelationPropagation;
import io.dharma.tracing.propagation.OutboundHosts;
import io.dharma.tracing.propagation.Propagators;
import io.dharma.tracing.propagation.TrustedCallers;
import io.dharma.tracing.redaction.EmailPolicy;
import io.dharma.tracing.redaction.IpPolicy;
import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.sampling.Samplers;
import io.dharma.tracing.sampling.SamplingRules;
import io.dharma.tracing.spool.FsyncPolicy;
import io.dharma.tracing.spool.Spool;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.logs.LogLimits;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns settings into a {@link Plan}, noting everything that is wrong instead of stopping at the first. */
final class Planner {

    static final String UNKNOWN_SERVICE = "unknown_service:java";

    private static final long LEAST_QUEUE_BYTES = 64 << 10;
    private static final long LEAST_STORE_BYTES = 1 << 20;
    private static final List<String> FOREIGN_SAMPLERS = List.of("jaeger_remote", "parentbased_jaeger_remote", "xray");
    private static final List<String> FOREIGN_PROPAGATORS = List.of("xray", "xray-lambda", "ottrace");

    private static final String TRUST_ALL = "valid";
    private static final String TRUST_NONE = "never";

    private static final List<Key<String>> MDC_KEYS =
            List.of(Keys.MDC_TRACE_ID, Keys.MDC_SPAN_ID, Keys.MDC_CORRELATION_ID, Keys.MDC_REQUEST_ID);

    private final Settings settings;
    private final Extras extras;
    private final List<Problem> problems;
    private final List<Finding> findings = new ArrayList<>();
    private final Targets targets;

    Planner(Settings settings, Extras extras, List<Problem> problemsSoFar) {
        this.settings = settings;
        this.extras = extras;
        this.problems = new ArrayList<>(problemsSoFar);
        this.targets = new Targets(settings, extras, problems, findings);
    }

    /** @throws DharmaConfigException if anything is wrong, unless everything is turned off */
    Plan plan() {
        settings.checkCode(problems);
        boolean disabled = settings.value(Keys.DISABLED);
        Plan.Service service = service();
        Pseudonyms pseudonyms = pseudonyms();
        Plan plan = new Plan(
                disabled,
                service,
                traces(),
                sampling(),
                propagator(),
                correlation(service, pseudonyms),
                chains(),
                errors(),
                limits(),
                mdc(),
                metrics(),
                logs(),
                exceptions(),
                redaction(pseudonyms),
                delivery(),
                lifecycle(),
                findings);
        Setting<String> exceptions = settings.find(Keys.EXCEPTION_SIGNAL);
        if (exceptions != null && plan.logs() == null) {
            findings.add(Finding.info(
                    "exception-signal-without-logs",
                    Keys.EXCEPTION_SIGNAL.variable() + " is " + Problem.printable(exceptions.value()) + " ("
                            + Problem.printable(exceptions.origin().place())
                            + "), but no log records are sent; exceptions stay events of spans",
                    "Send log records as well, or remove it"));
        }
        if (!problems.isEmpty()) {
            report(disabled);
        }
        return plan;
    }

    private Plan.Exceptions exceptions() {
        Setting<String> signal = settings.find(Keys.EXCEPTION_SIGNAL);
        if (signal == null) {
            return Plan.Exceptions.EVENTS;
        }
        return signal.value().equals("logs/dup") ? Plan.Exceptions.BOTH : Plan.Exceptions.LOGS;
    }

    private void report(boolean disabled) {
        if (!disabled) {
            List<String> lines = new ArrayList<>();
            problems.forEach(problem -> lines.add(problem.toString()));
            throw new DharmaConfigException(lines);
        }
        problems.forEach(problem -> findings.add(Finding.warning(
                "setting-wrong", problem.toString(), "Correct it before otel.sdk.disabled is removed")));
    }

    // The service

    private Plan.Service service() {
        Map<String, Setting<String>> attributes = settings.attributes();
        Setting<String> name = firstOf(
                settings.find(Keys.SERVICE_NAME),
                settings.find(Keys.OTEL_SERVICE_NAME),
                attributes.get("service.name"),
                settings.find(Keys.INHERITED_SERVICE_NAME));
        if (name == null) {
            name = new Setting<>(UNKNOWN_SERVICE, Origin.DEFAULT);
            findings.add(Finding.info(
                    "service-name-missing",
                    "The service has no name, so its traces are shown as " + UNKNOWN_SERVICE,
                    "Set OTEL_SERVICE_NAME, or call service(...) of the configuration"));
        }
        Setting<String> version = firstOf(
                settings.find(Keys.SERVICE_VERSION),
                attributes.get("service.version"),
                settings.find(Keys.INHERITED_SERVICE_VERSION));
        Setting<String> environment = firstOf(
                settings.find(Keys.ENVIRONMENT),
                attributes.get("deployment.environment.name"),
                attributes.get("deployment.environment"),
                settings.find(Keys.INHERITED_ENVIRONMENT));
        return new Plan.Service(name, version, environment, resource(name, version, environment));
    }

    @SafeVarargs
    private static @Nullable Setting<String> firstOf(@Nullable Setting<String>... candidates) {
        Setting<String> first = null;
        for (Setting<String> candidate : candidates) {
            first = Settings.higher(first, candidate);
        }
        return first;
    }

    private Resource resource(
            Setting<String> name, @Nullable Setting<String> version, @Nullable Setting<String> environment) {
        AttributesBuilder attributes = Attributes.builder();
        for (Map.Entry<String, Setting<String>> attribute :
                settings.attributes().entrySet()) {
            attributes.put(attribute.getKey(), attribute.getValue().value());
        }
        attributes.put("service.name", name.value());
        if (version != null) {
            attributes.put("service.version", version.value());
        }
        if (environment != null) {
            attributes.put("deployment.environment.name", environment.value());
        }
        attributes.put("telemetry.distro.name", "dharma-tracing");
        attributes.put("telemetry.distro.version", Version.current());
        try {
            return Resource.getDefault().merge(Resource.create(attributes.build()));
        } catch (IllegalArgumentException wrong) {
            Setting<?> given = settings.find(Keys.RESOURCE_ATTRIBUTES);
            problems.add(new Problem(
                    Keys.RESOURCE_ATTRIBUTES.name(),
                    null,
                    given == null ? Origin.CODE : given.origin(),
                    "the name of an attribute must be of 1 to 255 visible ASCII characters"));
            return Resource.getDefault();
        }
    }

    // Traces

    private Plan.Traces traces() {
        Setting<List<String>> listed = settings.find(Keys.TRACES_EXPORTER);
        List<String> names = listed == null ? inferredExporters() : supportedExporters(listed);
        List<Plan.Target> sentTo = new ArrayList<>();
        if (names.contains("otlp")) {
            add(sentTo, targets.otlp(OtlpSignal.TRACES, Keys.OTLP_TRACES));
        }
        if (names.contains("zipkin")) {
            add(sentTo, targets.zipkin());
        }
        checkSinkNames(names);
        return new Plan.Traces(
                sentTo,
                names.contains("console") ? consoleStyle() : null,
                names.contains("memory") || isSet(Keys.STORE_DIRECTORY) ? store() : null,
                extras.sinks(),
                listed == null ? Origin.DEFAULT : listed.origin());
    }

    /** Health and drops are told apart by these names. */
    private void checkSinkNames(List<String> exporters) {
        Set<String> taken = new HashSet<>(exporters);
        for (Sink<SpanData> sink : extras.sinks()) {
            try {
                String name = sink.name();
                if (!taken.add(name)) {
                    problems.add(new Problem(
                            "sink",
                            name,
                            Origin.CODE,
                            "another place for traces has this name; give it one of its own"));
                }
            } catch (RuntimeException hostile) {
                problems.add(new Problem("sink", null, Origin.CODE, "its name() throws: " + hostile.getClass()));
            }
        }
    }

    private static void add(List<Plan.Target> targets, Plan.@Nullable Target target) {
        if (target != null) {
            targets.add(target);
        }
    }

    private List<String> inferredExporters() {
        List<String> names = new ArrayList<>();
        if (extras.otlp()
                || isSet(Keys.OTLP.endpoint())
                || isSet(Keys.OTLP_TRACES.endpoint())
                || isSet(Keys.JAEGER_ENDPOINT)) {
            names.add("otlp");
        }
        if (isSet(Keys.ZIPKIN_ENDPOINT)) {
            names.add("zipkin");
        }
        if (names.isEmpty() && extras.sinks().isEmpty()) {
            names.add("memory");
        }
        return names;
    }

    private List<String> supportedExporters(Setting<List<String>> listed) {
        List<String> names = new ArrayList<>();
        for (String name : listed.value()) {
            names.add(
                    switch (name) {
                        case "logging" -> "console";
                        case "logging-otlp" -> insteadOf(Keys.TRACES_EXPORTER, listed, name, "console");
                        case "jaeger" -> insteadOf(Keys.TRACES_EXPORTER, listed, name, "otlp");
                        default -> name;
                    });
        }
        return names;
    }

    private String insteadOf(Key<?> key, Setting<?> setting, String name, String used) {
        findings.add(Finding.warning(
                "unsupported-value",
                key.name() + " is " + name + " ("
                        + Problem.printable(setting.origin().place()) + "), which this library does not have; " + used
                        + " is used",
                "Set it to one of: " + key.type().allowed()));
        return used;
    }

    private boolean isSet(Key<?> key) {
        return settings.find(key) != null;
    }

    private ConsoleSpanSink.Style consoleStyle() {
        return settings.value(Keys.CONSOLE_STYLE).equals("lines")
                ? ConsoleSpanSink.Style.LINES
                : ConsoleSpanSink.Style.TREES;
    }

    private Plan.Store store() {
        Setting<Path> directory = settings.find(Keys.STORE_DIRECTORY);
        Setting<Long> diskBytes = settings.get(Keys.STORE_MAX_BYTES);
        if (diskBytes.value() < LEAST_STORE_BYTES) {
            problems.add(new Problem(
                    Keys.STORE_MAX_BYTES.name(),
                    Long.toString(diskBytes.value()),
                    diskBytes.origin(),
                    "is too small; allowed is at least 1MiB"));
        }
        return new Plan.Store(
                settings.value(Keys.MEMORY_MAX_SPANS),
                settings.value(Keys.MEMORY_MAX_BYTES),
                directory == null ? null : directory.value(),
                Math.max(LEAST_STORE_BYTES, diskBytes.value()));
    }

    // Sampling

    private Plan.Sampling sampling() {
        Setting<String> strategy = settings.find(Keys.SAMPLING_STRATEGY);
        Setting<String> rate = settings.find(Keys.SAMPLING_RATE);
        if (strategy == null && rate != null) {
            strategy = new Setting<>("probabilistic", rate.origin());
        }
        Setting<String> otel = settings.find(Keys.SAMPLER);
        Setting<String> name = Settings.higher(otel, strategy);
        boolean isInherited = isHigher(strategy, otel);
        Setting<String> argument = isInherited ? rate : settings.find(Keys.SAMPLER_ARG);
        if (name == null) {
            name = settings.get(Keys.SAMPLER);
        } else if (FOREIGN_SAMPLERS.contains(name.value())) {
            String used = insteadOf(Keys.SAMPLER, name, name.value(), "parentbased_always_on");
            name = new Setting<>(used, name.origin());
            argument = null;
        }
        return sampling(name, argument, isInherited ? Keys.SAMPLING_RATE : Keys.SAMPLER_ARG);
    }

    private Plan.Sampling sampling(Setting<String> name, @Nullable Setting<String> argument, Key<String> argumentKey) {
        Sampler own = extras.sampler();
        String argumentText = argument == null ? null : argument.value();
        Sampler sampler = own;
        if (sampler == null) {
            sampler = attempt(
                    argumentKey,
                    argument == null ? name : argument,
                    () -> Samplers.named(name.value(), argumentText),
                    Samplers.alwaysOn());
        }
        boolean takesArgument = own == null && !name.value().contains("always");
        reportUnused(Keys.SAMPLER_ARG, takesArgument && argumentKey == Keys.SAMPLER_ARG, name);
        reportUnused(Keys.SAMPLING_RATE, takesArgument && argumentKey == Keys.SAMPLING_RATE, name);
        String shown = own != null
                ? Problem.printable(Extras.describe(own))
                : name.value() + (takesArgument ? " " + shownArgument(name.value(), argumentText) : "");
        return new Plan.Sampling(
                new Setting<>(sampler, own != null ? Origin.CODE : name.origin()), shown, rules(), keep());
    }

    private static String shownArgument(String sampler, @Nullable String argument) {
        if (argument != null) {
            return argument;
        }
        return sampler.equals("rate_limited") ? Long.toString((long) Samplers.DEFAULT_TRACES_PER_SECOND) : "1";
    }

    /** Somebody who sets a ratio and gets every trace should not have to find out from the bill. */
    private void reportUnused(Key<String> argument, boolean isUsed, Setting<String> sampler) {
        Setting<String> given = settings.find(argument);
        if (given == null || isUsed) {
            return;
        }
        findings.add(Finding.warning(
                "sampling-setting-unused",
                argument.name() + " is set (" + Problem.printable(given.origin().place())
                        + ") and not used, because the sampler is "
                        + (extras.sampler() != null ? "one of the application's own" : sampler.value()) + " ("
                        + Problem.printable(sampler.origin().place()) + ")",
                "Remove it, or set the sampler that it belongs to beside it"));
    }

    private static boolean isHigher(@Nullable Setting<?> one, @Nullable Setting<?> other) {
        return one != null
                && (other == null
                        || one.origin().source().compareTo(other.origin().source()) > 0);
    }

    private @Nullable SamplingRules rules() {
        if (extras.rules().isEmpty() && !isSet(Keys.DROP_NAMES) && !isSet(Keys.DROP_ROUTES)) {
            return null;
        }
        SamplingRules rules = Samplers.rules();
        for (Consumer<SamplingRules> addition : extras.rules()) {
            apply("sampling rules", Origin.CODE, () -> addition.accept(rules));
        }
        dropEach(Keys.DROP_NAMES, rules::drop);
        dropEach(Keys.DROP_ROUTES, rules::dropRoute);
        apply("sampling rules", Origin.CODE, () -> {
            Sampler unused = rules.otherwise(Samplers.alwaysOn());
        });
        return rules;
    }

    private void dropEach(Key<List<String>> key, Consumer<String> drop) {
        Setting<List<String>> patterns = settings.find(key);
        if (patterns != null) {
            patterns.value().forEach(pattern -> apply(key.name(), patterns.origin(), () -> drop.accept(pattern)));
        }
    }

    private void apply(String what, Origin origin, Runnable addition) {
        try {
            addition.run();
        } catch (IllegalArgumentException wrong) {
            problems.add(new Problem(what, null, origin, String.valueOf(wrong.getMessage())));
        }
    }

    private KeepPolicy keep() {
        Setting<Duration> slower = settings.find(Keys.KEEP_SLOWER_THAN);
        KeepPolicy keep =
                KeepPolicy.nothing().within(settings.value(Keys.KEEP_MAX_TRACES), settings.value(Keys.KEEP_MAX_BYTES));
        KeepPolicy withErrors = settings.value(Keys.KEEP_ERRORS) ? keep.andErrors() : keep;
        return slower == null
                ? withErrors
                : attempt(Keys.KEEP_SLOWER_THAN, slower, () -> withErrors.andSlowerThan(slower.value()), withErrors);
    }

    // What else there is for traces

    private TextMapPropagator propagator() {
        Setting<List<String>> listed = settings.get(Keys.PROPAGATORS);
        List<String> names = new ArrayList<>();
        for (String name : listed.value()) {
            if (FOREIGN_PROPAGATORS.contains(name)) {
                String unused = insteadOf(Keys.PROPAGATORS, listed, name, "what else is listed");
            } else {
                names.add(name);
            }
        }
        TextMapPropagator named =
                attempt(Keys.PROPAGATORS, listed, () -> Propagators.named(names), TextMapPropagator.noop());
        if (extras.propagators().isEmpty()) {
            return named;
        }
        List<TextMapPropagator> all = new ArrayList<>();
        all.add(named);
        all.addAll(extras.propagators());
        return Propagators.composed(all);
    }

    /** Its rules are read also if it is turned off, so that what is wrong is seen before it is turned on. */
    private @Nullable CorrelationPropagation correlation(Plan.Service service, @Nullable Pseudonyms pseudonyms) {
        CorrelationPropagation.Builder rules = CorrelationPropagation.builder()
                .service(service.name().value())
                .echo(settings.value(Keys.CORRELATION_ECHO));
        // The builder knows the defaults; to read them once more would take some 10 ms of every start.
        if (isSet(Keys.CORRELATION_HEADER)) {
            rule(Keys.CORRELATION_HEADER, rules::correlationHeader);
        }
        if (isSet(Keys.REQUEST_HEADER)) {
            rule(Keys.REQUEST_HEADER, rules::requestHeader);
        }
        if (isSet(Keys.CORRELATION_TRUST)) {
            rule(Keys.CORRELATION_TRUST, callers -> rules.trust(trusted(callers)));
        }
        if (isSet(Keys.CORRELATION_HOSTS)) {
            rule(Keys.CORRELATION_HOSTS, hosts -> rules.outbound(outbound(hosts)));
        }
        if (pseudonyms != null) {
            rules.pseudonyms(pseudonyms);
        }
        return settings.value(Keys.CORRELATION) ? rules.build() : null;
    }

    /** Redis is read also if chains are turned off, as the rules of correlation are. */
    private Plan.@Nullable Chains chains() {
        Plan.Redis redis = redis();
        if (!settings.value(Keys.CHAINS)) {
            return null;
        }
        return new Plan.Chains(
                settings.value(Keys.CHAINS_MAX),
                settings.value(Keys.CHAINS_MAX_BYTES),
                settings.value(Keys.HOPS_PER_MINUTE),
                queueBytes(Keys.HOPS_MAX_QUEUE_BYTES),
                redis,
                extras.correlationStores());
    }

    /** What is wrong is said also if errors are turned off. */
    private Plan.@Nullable Errors errors() {
        List<String> inApp = inApp();
        ErrorPlaces backends = new ErrorPlaces(settings, extras.errors(), targets, problems);
        List<Plan.ErrorPlace> places = backends.all();
        Plan.Alerts alerts = backends.alerts();
        ErrorPolicy policy = errorPolicy();
        long diskBytes = errorDiskBytes();
        return !settings.value(Keys.ERRORS)
                ? null
                : new Plan.Errors(
                        inApp,
                        entries(Keys.ERRORS_MDC),
                        settings.value(Keys.ERRORS_UNCAUGHT),
                        policy,
                        queueBytes(Keys.ERRORS_MAX_QUEUE_BYTES),
                        isSet(Keys.STORE_DIRECTORY)
                                ? settings.value(Keys.STORE_DIRECTORY).resolve("errors")
                                : null,
                        diskBytes,
                        places,
                        alerts,
                        extras.errors());
    }

    private long errorDiskBytes() {
        Setting<Long> bytes = settings.get(Keys.ERRORS_MAX_DISK_BYTES);
        if (bytes.value() < HistoryLog.Settings.MIN_BYTES) {
            problems.add(new Problem(
                    Keys.ERRORS_MAX_DISK_BYTES.name(),
                    Long.toString(bytes.value()),
                    bytes.origin(),
                    "is too small; allowed is at least 128KiB"));
        }
        return Math.max(HistoryLog.Settings.MIN_BYTES, bytes.value());
    }

    private List<String> inApp() {
        if (!isSet(Keys.ERRORS_IN_APP)) {
            return List.of();
        }
        rule(Keys.ERRORS_IN_APP, packages -> Fingerprinter.builder().inApp(packages.toArray(String[]::new)));
        return entries(Keys.ERRORS_IN_APP);
    }

    private List<String> entries(Key<List<String>> key) {
        Setting<List<String>> entries = settings.find(key);
        return entries == null ? List.of() : entries.value();
    }

    private ErrorPolicy errorPolicy() {
        int events = settings.value(Keys.ERRORS_PER_MINUTE);
        if (isSet(Keys.ERRORS_RESOLVE_AFTER)) {
            rule(Keys.ERRORS_RESOLVE_AFTER, resolveAfter -> new ErrorPolicy(events, resolveAfter));
        }
        try {
            return new ErrorPolicy(events, settings.value(Keys.ERRORS_RESOLVE_AFTER));
        } catch (IllegalArgumentException saidAlready) {
            return ErrorPolicy.DEFAULT;
        }
    }

    private Plan.@Nullable Redis redis() {
        Setting<String> own = settings.find(Keys.REDIS_URL);
        Setting<String> url = Settings.higher(own, settings.find(Keys.CORRELATION_REDIS_URL));
        if (url == null) {
            return null;
        }
        Key<String> key = url.equals(own) ? Keys.REDIS_URL : Keys.CORRELATION_REDIS_URL;
        try {
            RedisCorrelationStore.Builder store = RedisCorrelationStore.builder(url.value());
            return redis(store, url);
        } catch (IllegalArgumentException wrong) {
            problems.add(new Problem(key.name(), null, url.origin(), String.valueOf(wrong.getMessage())));
            return null;
        }
    }

    private Plan.Redis redis(RedisCorrelationStore.Builder store, Setting<String> url) {
        rule(Keys.REDIS_PREFIX, store::keyPrefix);
        rule(Keys.REDIS_KEEP, store::keepFor);
        rule(Keys.REDIS_KEEP_FAILED, store::keepFailedFor);
        TlsSettings tls = targets.redisTls();
        if (tls != null) {
            store.tls(tls);
        }
        return new Plan.Redis(Urls.withoutSecrets(url.value()), url.origin(), store::build);
    }

    private <T> void rule(Key<T> key, Consumer<T> rule) {
        Setting<T> setting = settings.get(key);
        try {
            rule.accept(setting.value());
        } catch (IllegalArgumentException wrong) {
            problems.add(new Problem(
                    key.name(),
                    key.type().show(setting.value()),
                    setting.origin(),
                    String.valueOf(wrong.getMessage())));
        }
    }

    private static TrustedCallers trusted(List<String> callers) {
        String only = callers.size() == 1 ? callers.get(0) : "";
        if (only.equalsIgnoreCase(TRUST_ALL)) {
            return TrustedCallers.anyone();
        }
        return only.equalsIgnoreCase(TRUST_NONE) ? TrustedCallers.nobody() : inNetworks(callers);
    }

    private static TrustedCallers inNetworks(List<String> callers) {
        try {
            return TrustedCallers.inNetworks(callers);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    wrong.getMessage() + "; allowed are networks, or else " + TRUST_ALL + " or " + TRUST_NONE
                            + " alone",
                    wrong);
        }
    }

    /** Whether it says whom to trust, and is no network. */
    static boolean isTrustWord(String text) {
        return text.equalsIgnoreCase(TRUST_ALL) || text.equalsIgnoreCase(TRUST_NONE);
    }

    private static OutboundHosts outbound(List<String> hosts) {
        if (hosts.equals(List.of("none"))) {
            return OutboundHosts.none();
        }
        List<String> others = new ArrayList<>(hosts);
        return others.remove("internal") ? OutboundHosts.internal().and(others) : OutboundHosts.of(others);
    }

    private SpanLimits limits() {
        return SpanLimits.builder()
                .setMaxNumberOfAttributes(limit(Keys.SPAN_ATTRIBUTES, Keys.ATTRIBUTES))
                .setMaxAttributeValueLength(limit(Keys.SPAN_ATTRIBUTE_LENGTH, Keys.ATTRIBUTE_LENGTH))
                .setMaxNumberOfEvents(settings.value(Keys.SPAN_EVENTS))
                .setMaxNumberOfLinks(settings.value(Keys.SPAN_LINKS))
                .setMaxNumberOfAttributesPerEvent(settings.value(Keys.EVENT_ATTRIBUTES))
                .setMaxNumberOfAttributesPerLink(settings.value(Keys.LINK_ATTRIBUTES))
                .build();
    }

    private int limit(Key<Integer> ofSpans, Key<Integer> ofAll) {
        Setting<Integer> all = settings.find(ofAll);
        return all == null || isSet(ofSpans) ? settings.value(ofSpans) : all.value();
    }

    private @Nullable MdcMirror mdc() {
        if (!settings.value(Keys.MDC)) {
            return null;
        }
        if (!areMdcKeysUsable()) {
            return null;
        }
        return MdcMirror.of(List.of(
                MdcField.traceId(settings.value(Keys.MDC_TRACE_ID)),
                MdcField.spanId(settings.value(Keys.MDC_SPAN_ID)),
                MdcField.correlationId(settings.value(Keys.MDC_CORRELATION_ID)),
                MdcField.requestId(settings.value(Keys.MDC_REQUEST_ID))));
    }

    /** What was set is to blame, and not a default that it meets. */
    private boolean areMdcKeysUsable() {
        Map<String, Key<String>> taken = new HashMap<>();
        List<Key<String>> byBlame = new ArrayList<>(MDC_KEYS);
        byBlame.sort(Comparator.comparing(this::isSet));
        boolean usable = true;
        for (Key<String> key : byBlame) {
            Setting<String> setting = settings.get(key);
            Key<String> other = taken.putIfAbsent(setting.value(), key);
            if (other != null) {
                problems.add(new Problem(
                        key.name(),
                        setting.value(),
                        setting.origin(),
                        "is " + other.name() + " as well; allowed is a key that no other id has"));
            }
            usable &= other == null;
        }
        return usable;
    }

    // Metrics and logs

    private Plan.@Nullable Metrics metrics() {
        boolean sends = isSentOverOtlp(Keys.METRICS_EXPORTER, Keys.OTLP_METRICS.endpoint());
        if (!sends && extras.metricReaders().isEmpty()) {
            return null;
        }
        return new Plan.Metrics(
                sends ? targets.otlp(OtlpSignal.METRICS, Keys.OTLP_METRICS) : null,
                extras.metricReaders(),
                settings.value(Keys.METRIC_INTERVAL),
                temporality(),
                settings.value(Keys.BLOCK_METRICS));
    }

    private AggregationTemporalitySelector temporality() {
        return switch (settings.value(Keys.METRIC_TEMPORALITY)) {
            case "delta" -> AggregationTemporalitySelector.deltaPreferred();
            case "lowmemory" -> AggregationTemporalitySelector.lowMemory();
            default -> AggregationTemporalitySelector.alwaysCumulative();
        };
    }

    private Plan.@Nullable Logs logs() {
        if (!isSentOverOtlp(Keys.LOGS_EXPORTER, Keys.OTLP_LOGS.endpoint())) {
            return null;
        }
        Plan.Target target = targets.otlp(OtlpSignal.LOGS, Keys.OTLP_LOGS);
        return target == null
                ? null
                : new Plan.Logs(
                        target,
                        settings.value(Keys.LOG_BATCH_SIZE),
                        settings.value(Keys.LOG_BATCH_DELAY),
                        Math.max(LEAST_QUEUE_BYTES, settings.value(Keys.MAX_QUEUE_BYTES) / 4),
                        logLimits());
    }

    private LogLimits logLimits() {
        Setting<Integer> attributes = settings.find(Keys.ATTRIBUTES);
        Setting<Integer> length = settings.find(Keys.ATTRIBUTE_LENGTH);
        return LogLimits.builder()
                .setMaxNumberOfAttributes(
                        attributes == null ? settings.value(Keys.SPAN_ATTRIBUTES) : attributes.value())
                .setMaxAttributeValueLength(
                        length == null ? settings.value(Keys.SPAN_ATTRIBUTE_LENGTH) : length.value())
                .build();
    }

    private boolean isSentOverOtlp(Key<List<String>> exporter, Key<String> endpoint) {
        Setting<List<String>> listed = settings.find(exporter);
        if (listed == null) {
            return extras.otlp() || isSet(endpoint) || isSet(Keys.OTLP.endpoint());
        }
        for (String name : listed.value()) {
            if (!name.equals("otlp") && !name.equals("none")) {
                String unused = insteadOf(exporter, listed, name, "nothing");
            }
        }
        return listed.value().contains("otlp");
    }

    // Redaction

    private Plan.Redaction redaction(@Nullable Pseudonyms pseudonyms) {
        Setting<String> mode = settings.get(Keys.REDACTION);
        List<Stage<SpanData>> hooks = new ArrayList<>(extras.enrichments());
        hooks.addAll(extras.redactions());
        // Made also if it is turned off, so that what is wrong is seen before it is turned on.
        Redactor redactor = redactor(mode.value().equals("dry-run"), pseudonyms);
        return new Plan.Redaction(mode.value().equals("off") ? null : redactor, mode, List.copyOf(hooks));
    }

    private Redactor redactor(boolean dryRun, @Nullable Pseudonyms pseudonyms) {
        Redactor.Builder redactor = Redactor.builder()
                .dryRun(dryRun)
                .emails(EmailPolicy.valueOf(settings.value(Keys.REDACT_EMAILS).toUpperCase(Locale.ROOT)))
                .ips(IpPolicy.valueOf(settings.value(Keys.REDACT_IPS).toUpperCase(Locale.ROOT)))
                .urls(settings.value(Keys.REDACT_URLS))
                .statements(settings.value(Keys.REDACT_STATEMENTS))
                .keptValues(extras.keptValues().toArray(String[]::new));
        names(Keys.SECRET_KEYS, redactor::secretKeys);
        names(Keys.ALLOWED_KEYS, redactor::allowedKeys);
        names(Keys.PSEUDONYM_KEYS, redactor::pseudonymKeys);
        return (pseudonyms == null ? redactor : redactor.pseudonyms(pseudonyms)).build();
    }

    private void names(Key<List<String>> key, Consumer<String[]> addition) {
        Setting<List<String>> names = settings.find(key);
        if (names != null) {
            apply(
                    key.name(),
                    names.origin(),
                    () -> addition.accept(names.value().toArray(String[]::new)));
        }
    }

    private @Nullable Pseudonyms pseudonyms() {
        Setting<String> secret = settings.find(Keys.PSEUDONYM_SECRET);
        if (extras.pseudonyms() != null || secret == null) {
            return extras.pseudonyms();
        }
        Setting<String> id = settings.get(Keys.PSEUDONYM_SECRET_ID);
        byte[] key = Base64.getDecoder().decode(secret.value());
        return attempt(
                Keys.PSEUDONYM_SECRET_ID, id, () -> Pseudonyms.withKey(id.value(), key), Pseudonyms.perProcess());
    }

    // Delivery, start and end

    private Plan.Delivery delivery() {
        return new Plan.Delivery(
                queueBytes(Keys.MAX_QUEUE_BYTES),
                settings.value(Keys.BATCH_SIZE),
                settings.value(Keys.BATCH_DELAY),
                spool());
    }

    private long queueBytes(Key<Long> key) {
        Setting<Long> bytes = settings.get(key);
        if (bytes.value() < LEAST_QUEUE_BYTES) {
            problems.add(new Problem(
                    key.name(),
                    Long.toString(bytes.value()),
                    bytes.origin(),
                    "is too small; allowed is at least 64KiB"));
        }
        return Math.max(LEAST_QUEUE_BYTES, bytes.value());
    }

    private Plan.@Nullable SpoolSettings spool() {
        Setting<Path> directory = settings.find(Keys.SPOOL_DIRECTORY);
        if (directory == null) {
            return null;
        }
        Setting<Long> bytes = settings.get(Keys.SPOOL_MAX_BYTES);
        if (bytes.value() < Spool.Builder.MIN_BYTES) {
            problems.add(new Problem(
                    Keys.SPOOL_MAX_BYTES.name(),
                    Long.toString(bytes.value()),
                    bytes.origin(),
                    "is too small; allowed is at least 4MiB"));
        }
        FsyncPolicy fsync = switch (settings.value(Keys.SPOOL_FSYNC)) {
            case "none" -> FsyncPolicy.NONE;
            case "batch" -> FsyncPolicy.EACH_BATCH;
            default -> FsyncPolicy.EVERY_SECOND;
        };
        return new Plan.SpoolSettings(
                directory, Math.max(Spool.Builder.MIN_BYTES, bytes.value()), settings.value(Keys.SPOOL_MAX_AGE), fsync);
    }

    private Plan.Lifecycle lifecycle() {
        return new Plan.Lifecycle(
                settings.value(Keys.REGISTER_GLOBAL),
                settings.value(Keys.SHUTDOWN_HOOK),
                settings.value(Keys.SHUTDOWN_TIMEOUT));
    }

    /** Makes something of a setting; if that cannot be done, it is a problem of the setting. */
    private <T> T attempt(Key<?> key, Setting<?> setting, Supplier<T> making, T otherwise) {
        try {
            return making.get();
        } catch (IllegalArgumentException wrong) {
            String value = key.type().isSecret() ? null : String.valueOf(setting.value());
            problems.add(new Problem(key.name(), value, setting.origin(), String.valueOf(wrong.getMessage())));
            return otherwise;
        }
    }
}
