package io.dharma.tracing;

import io.dharma.tracing.correlation.ChainRecorder;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.correlation.InProcessStore;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.ErrorStore;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.ErrorTrackers;
import io.dharma.tracing.errors.GroupMemory;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.UncaughtErrors;
import io.dharma.tracing.errors.alert.Alert;
import io.dharma.tracing.errors.alert.ErrorAlerts;
import io.dharma.tracing.errors.alert.FleetClaims;
import io.dharma.tracing.errors.alert.LogAlertSink;
import io.dharma.tracing.errors.classify.Classifier;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.errors.redis.RedisErrorCache;
import io.dharma.tracing.export.ConsoleSpanSink;
import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpMetricExporter;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.export.ZipkinSpanSink;
import io.dharma.tracing.internal.settings.Urls;
import io.dharma.tracing.pipeline.PipelineMetrics;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.propagation.CorrelationPropagation;
import io.dharma.tracing.propagation.Propagators;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.spi.ContextHooks;
import io.dharma.tracing.spi.TimeOrderedIds;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.store.TraceStore;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.DharmaTracerBuilder;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what a {@link Plan} says. For one thread, once. */
final class Assembly {

    /** A sink says better what went wrong than the pipeline, so it gets the first word. */
    private static final Duration SLACK = Duration.ofMillis(500);

    private static final Duration LEAST_DELIVERY_TIMEOUT = Duration.ofSeconds(5);

    private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");
    private static final AttributeKey<String> SERVICE_VERSION = AttributeKey.stringKey("service.version");
    private static final AttributeKey<String> SERVICE_INSTANCE = AttributeKey.stringKey("service.instance.id");
    private static final AttributeKey<String> ENVIRONMENT = AttributeKey.stringKey("deployment.environment.name");
    private static final AttributeKey<String> HOST = AttributeKey.stringKey("host.name");

    private static final Logger LOG = LoggerFactory.getLogger(DharmaTracing.LOGGER);

    private final Plan plan;
    private final SamplingControl sampling;
    private final @Nullable Redactor redactor;
    private final Resource resource;
    private final @Nullable ExceptionLogs exceptionLogs;
    private @Nullable MetricRedaction metricRedaction;

    /** One for all signals, so that there are few. */
    private final PipelineThreads threads = PipelineThreads.shared();

    /** How to let go of what was made so far. */
    private final Deque<Runnable> made = new ArrayDeque<>();

    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, String> spanTargets = new LinkedHashMap<>();
    private @Nullable Spool<SpanData> spool;
    private @Nullable TraceStore store;
    private @Nullable MetricAccount metricAccount;
    private @Nullable PeriodicReader metricReader;
    private @Nullable SdkMeterProvider meterProvider;
    private @Nullable LogPipeline logPipeline;
    private @Nullable ChainRecorder chainRecorder;
    private @Nullable Spool<CorrelatedHop> hopSpool;
    private @Nullable ErrorTracker errorTracker;
    private @Nullable Spool<ErrorRecord> errorSpool;
    private @Nullable UncaughtErrors uncaughtErrors;
    private @Nullable ErrorAlerts errorAlerts;
    private @Nullable FleetClaims fleetClaims;
    private Map<String, String> hopTargets = Map.of();
    private final Map<String, String> errorTargets = new LinkedHashMap<>();
    private final String newInstance = TimeOrderedIds.next();

    private Assembly(Plan plan) {
        this.plan = plan;
        this.sampling = new SamplingControl(plan.sampling());
        this.redactor = plan.redaction().redactor();
        this.exceptionLogs = plan.exceptions() == Plan.Exceptions.EVENTS
                ? null
                : new ExceptionLogs(plan.exceptions() == Plan.Exceptions.BOTH);
        Resource resource = plan.service().resource();
        this.resource = redactor == null ? resource : redactor.redact(resource);
    }

    /**
     * Starts everything.
     *
     * @throws DharmaConfigException if something that was configured needs a jar that is not there
     */
    static Running start(Plan plan) {
        // As early as possible: once anybody uses a context, it is too late to listen.
        ContextHooks.install();
        Assembly assembly = new Assembly(plan);
        DharmaTracer tracer = plan.disabled() ? assembly.passingOn() : assembly.tracerOrNothing();
        return new Running(
                plan,
                tracer,
                assembly.sampling,
                assembly.spool,
                assembly.store,
                assembly.meterProvider,
                assembly.metricAccount,
                assembly.metricRedaction,
                assembly.metricReader,
                assembly.logPipeline,
                assembly.chainRecorder,
                assembly.hopSpool,
                assembly.errorTracker,
                assembly.errorSpool,
                assembly.uncaughtErrors,
                assembly.errorAlerts,
                assembly.publishOthers(),
                Map.copyOf(assembly.spanTargets),
                assembly.hopTargets,
                Map.copyOf(assembly.errorTargets),
                List.copyOf(assembly.findings));
    }

    /** Turned off for this service, but not for those before and behind it. */
    private DharmaTracer passingOn() {
        CorrelationPropagation correlation = plan.correlation();
        Predicate<String> sensitive = redactor == null ? value -> false : redactor::isSensitive;
        TextMapPropagator propagator =
                correlation == null ? plan.propagator() : correlation.passingOn(plan.propagator(), sensitive);
        return DharmaTracer.passingOn(
                redactor == null ? propagator : Propagators.filteringBaggage(propagator, redactor::redact));
    }

    /** Leaves no thread behind if it fails. */
    private DharmaTracer tracerOrNothing() {
        try {
            return tracer();
        } catch (Throwable failed) {
            letGo(0);
            throw failed;
        }
    }

    /** Lets go of what was made, the newest first, until so much is left. */
    private void letGo(int left) {
        while (made.size() > left) {
            try {
                made.pop().run();
            } catch (RuntimeException | LinkageError notClosed) {
                LOG.debug("Something could not be closed after a failed start", notClosed);
            }
        }
    }

    private DharmaTracer tracer() {
        DharmaTracerBuilder tracer = DharmaTracer.builder()
                .resource(resource)
                .sampler(sampling.head())
                .keep(plan.sampling().keep())
                .propagator(plan.propagator())
                .limits(plan.limits())
                .threads(threads)
                .maxQueueBytes(plan.delivery().maxQueueBytes())
                .maxBatchSize(plan.delivery().batchSize())
                .maxBatchDelay(plan.delivery().batchDelay())
                .deliveryTimeout(deliveryTimeout(plan.traces().targets()));
        if (plan.correlation() != null) {
            tracer.correlation(plan.correlation());
        }
        if (plan.mdc() != null) {
            // Of its own: the last one with the same plan may not have been closed to the end.
            tracer.mdc(plan.mdc().another());
        }
        addSpool(tracer);
        plan.redaction().hooks().forEach(tracer::stage);
        // After the application's own redaction, which is of spans; log records pass ours later.
        if (exceptionLogs != null) {
            tracer.stage(Stage.optional("exception-logs", exceptionLogs::apply));
        }
        if (redactor != null) {
            tracer.redactor(redactor);
        }
        addSinks(tracer);
        addChains(tracer);
        addErrors(tracer);
        addMetrics(tracer);
        addLogs(tracer);
        return tracer.build();
    }

    // Spans

    private void addSpool(DharmaTracerBuilder tracer) {
        Plan.SpoolSettings settings = plan.delivery().spool();
        if (settings != null) {
            Spool<SpanData> spans = spool(Spool.ofSpans(settings.directory().value()), settings, settings.maxBytes());
            spool = spans;
            tracer.journal(spans);
        }
    }

    private <T> Spool<T> spool(Spool.Builder<T> builder, Plan.SpoolSettings settings, long maxBytes) {
        Spool<T> made = builder.maxBytes(maxBytes)
                .maxAge(settings.maxAge())
                .fsync(settings.fsync())
                .build();
        this.made.push(() -> made.close(Duration.ZERO));
        return made;
    }

    private void addSinks(DharmaTracerBuilder tracer) {
        for (Plan.Target target : plan.traces().targets()) {
            Sink<SpanData> sink = closing(spanSink(target));
            spanTargets.put(
                    sink.name(), Urls.withoutSecrets(target.endpoint().uri().toString()));
            tracer.sink(sink);
        }
        if (plan.traces().console() != null) {
            tracer.sink(ConsoleSpanSink.builder().style(plan.traces().console()).build());
        }
        Plan.Store settings = plan.traces().store();
        if (settings != null) {
            TraceStore kept = store(settings);
            store = kept;
            tracer.sink(closing(kept));
        }
        plan.traces().sinks().forEach(tracer::sink);
    }

    private static TraceStore store(Plan.Store settings) {
        TraceStore.Builder store = TraceStore.builder().memory(settings.maxSpans(), settings.maxBytes());
        if (settings.directory() != null) {
            store.directory(settings.directory()).maxDiskBytes(settings.maxDiskBytes());
        }
        return store.build();
    }

    private static Sink<SpanData> spanSink(Plan.Target target) {
        HttpEndpoint endpoint = target.endpoint();
        return switch (target.protocol()) {
            case OTLP_HTTP -> OtlpSinks.spans(endpoint);
            case OTLP_GRPC -> needingJar(target, () -> OtlpSinks.spansOverGrpc(endpoint));
            case ZIPKIN -> needingJar(target, () -> ZipkinSpanSink.to(endpoint));
        };
    }

    // Chains

    private void addChains(DharmaTracerBuilder tracer) {
        Plan.Chains chains = plan.chains();
        if (chains != null) {
            ChainRecorder recorder = recorder(chains);
            made.push(() -> recorder.close(Duration.ZERO));
            chainRecorder = recorder;
            tracer.correlatedSpans(recorder);
        }
    }

    /** As spans have it, in which redaction may have changed it. */
    private String serviceName() {
        String name = resource.getAttribute(SERVICE_NAME);
        return name == null || name.isBlank() ? Planner.UNKNOWN_SERVICE : name;
    }

    private ChainRecorder recorder(Plan.Chains chains) {
        ChainRecorder.Builder recorder = ChainRecorder.builder(serviceName())
                .local(new InProcessStore(chains.maxChains(), chains.maxBytes()))
                .hopsPerMinute(chains.hopsPerMinute())
                .maxQueueBytes(chains.queueBytes())
                .threads(threads);
        if (redactor != null) {
            recorder.redaction(redactor::redactText);
        }
        Plan.Redis redis = chains.redis();
        if (redis != null) {
            recorder.store(closing(redis(redis)));
            hopTargets = Map.of("redis", redis.shown());
        }
        chains.stores().forEach(recorder::store);
        Plan.SpoolSettings settings = plan.delivery().spool();
        if (settings != null && chains.isKeptElsewhere()) {
            Spool<CorrelatedHop> hops =
                    spool(ChainRecorder.spool(settings.directory().value()), settings, settings.maxBytesOfHops());
            hopSpool = hops;
            recorder.journal(hops);
        }
        return recorder.build();
    }

    private static CorrelationStore redis(Plan.Redis redis) {
        try {
            return redis.store().get();
        } catch (IllegalStateException jarMissing) {
            throw new DharmaConfigException(List.of(redis.origin() + ": " + jarMissing.getMessage()));
        }
    }

    // Errors

    private void addErrors(DharmaTracerBuilder tracer) {
        Plan.Errors errors = plan.errors();
        if (errors != null) {
            ErrorTracker tracker = errorTracker(errors);
            made.push(() -> tracker.close(Duration.ZERO));
            errorTracker = tracker;
            tracer.failures(tracker);
            ErrorTrackers.install(tracker);
            made.push(() -> ErrorTrackers.uninstall(tracker));
            if (errors.uncaught()) {
                UncaughtErrors handler = UncaughtErrors.install(tracker);
                uncaughtErrors = handler;
                made.push(handler::close);
            }
        }
    }

    private ErrorTracker errorTracker(Plan.Errors errors) {
        ErrorTracker.Builder tracker = ErrorTracker.builder(identity())
                .fingerprinter(fingerprinter(errors))
                .classifier(classifier(errors))
                .mdcKeys(errors.mdcKeys().toArray(String[]::new))
                .policy(errors.policy())
                .maxQueueBytes(errors.queueBytes())
                .threads(threads);
        if (redactor != null) {
            tracker.redactor(redactor);
        }
        if (errors.directory() != null) {
            tracker.directory(errors.directory(), errors.maxDiskBytes());
        }
        errors.extras().hooks().forEach(tracker::beforeKeeping);
        errors.extras().listeners().forEach(tracker::listener);
        errors.places().forEach(place -> addPlace(tracker, place));
        errors.extras().sinks().forEach(tracker::sink);
        ErrorAlerts alerts = errors.alerts() == null ? null : alerts(errors.alerts(), errors.extras());
        if (alerts != null) {
            made.push(() -> alerts.close(Duration.ZERO));
            errorAlerts = alerts;
            tracker.listener(alerts);
        }
        Plan.SpoolSettings settings = plan.delivery().spool();
        if (settings != null && errors.isKeptElsewhere()) {
            Spool<ErrorRecord> records =
                    spool(ErrorTracker.spool(settings.directory().value()), settings, settings.maxBytesOfErrors());
            errorSpool = records;
            tracker.journal(records);
        }
        ErrorTracker built = tracker.build();
        if (alerts != null) {
            alerts.escalateBy(built::escalate);
        }
        return built;
    }

    private ErrorAlerts alerts(Plan.Alerts settings, Extras.Errors extras) {
        ErrorAlerts.Builder alerts = ErrorAlerts.builder(identity()).threads(threads);
        if (settings.log()) {
            alerts.sink(LogAlertSink.create());
        }
        for (Supplier<Sink<Alert>> sink : settings.sinks()) {
            alerts.sink(closing(alertSink(sink)));
        }
        extras.alertListeners().forEach(alerts::listener);
        if (fleetClaims != null) {
            alerts.fleet(fleetClaims);
        }
        return alerts.build();
    }

    private static Sink<Alert> alertSink(Supplier<Sink<Alert>> sink) {
        try {
            return sink.get();
        } catch (IllegalStateException jarMissing) {
            throw new DharmaConfigException(List.of("alerts: " + jarMissing.getMessage()));
        }
    }

    private void addPlace(ErrorTracker.Builder tracker, Plan.ErrorPlace place) {
        Sink<ErrorRecord> sink = closing(errorSink(place));
        errorTargets.put(place.name(), place.shown());
        tracker.sink(sink);
        if (sink instanceof ErrorStore answers) {
            tracker.store(answers);
        } else if (sink instanceof GroupMemory memory) {
            tracker.memory(memory);
        }
        if (sink instanceof RedisErrorCache fleet) {
            fleetClaims = fleet::claimAlert;
        }
    }

    private Sink<ErrorRecord> errorSink(Plan.ErrorPlace place) {
        try {
            return place.sink().apply(identity().instance());
        } catch (IllegalStateException jarMissing) {
            throw new DharmaConfigException(List.of(place.origin() + ": " + jarMissing.getMessage()));
        }
    }

    private static Fingerprinter fingerprinter(Plan.Errors errors) {
        Fingerprinter.Builder fingerprinter =
                Fingerprinter.builder().inApp(errors.inApp().toArray(String[]::new));
        String main = errors.inApp().isEmpty() ? MainClass.find() : null;
        if (main != null) {
            fingerprinter.mainClass(main);
        }
        if (errors.extras().grouping() != null) {
            fingerprinter.rule(errors.extras().grouping());
        }
        return fingerprinter.build();
    }

    private static Classifier classifier(Plan.Errors errors) {
        Classifier.Builder classifier = Classifier.builder();
        errors.extras().classification().forEach(classifier::rule);
        return classifier.build();
    }

    private ServiceIdentity identity() {
        String instance = resource.getAttribute(SERVICE_INSTANCE);
        return new ServiceIdentity(
                serviceName(),
                resource.getAttribute(SERVICE_VERSION),
                resource.getAttribute(ENVIRONMENT),
                instance == null || instance.isBlank() ? newInstance : instance,
                resource.getAttribute(HOST));
    }

    // Metrics and logs

    /** Metrics that do not fit together with the rest of the class path must not cost the application its start. */
    private void addMetrics(DharmaTracerBuilder tracer) {
        Plan.Metrics metrics = plan.metrics();
        if (metrics == null) {
            return;
        }
        int before = made.size();
        try {
            SdkMeterProvider provider = meterProvider(metrics);
            made.push(provider::close);
            meterProvider = provider;
            tracer.meterProvider(provider);
        } catch (LinkageError mixedVersions) {
            letGo(before);
            metricAccount = null;
            metricReader = null;
            findings.add(notLinked("metrics", mixedVersions));
        }
    }

    private SdkMeterProvider meterProvider(Plan.Metrics metrics) {
        SdkMeterProviderBuilder provider = SdkMeterProvider.builder().setResource(resource);
        if (!metrics.blocks()) {
            provider.registerView(
                    InstrumentSelector.builder()
                            .setName("dharma.block.duration")
                            .build(),
                    View.builder().setAggregation(Aggregation.drop()).build());
        }
        metrics.readers().forEach(reader -> provider.registerMetricReader(redacting(reader)));
        Plan.Target target = metrics.target();
        if (target != null) {
            provider.registerMetricReader(reader(metrics, target));
        }
        return provider.build();
    }

    /** A reader of the application takes metrics out of the process as an exporter does. */
    private MetricReader redacting(MetricReader reader) {
        Redactor all = redactor;
        if (all == null) {
            return reader;
        }
        MetricRedaction redaction = metricRedaction == null ? new MetricRedaction(all::redact) : metricRedaction;
        metricRedaction = redaction;
        return new RedactingReader(reader, redaction);
    }

    private MetricReader reader(Plan.Metrics metrics, Plan.Target target) {
        MetricAccount account =
                new MetricAccount(Urls.withoutSecrets(target.endpoint().uri().toString()), metrics.temporality());
        metricAccount = account;
        HttpEndpoint endpoint = target.endpoint();
        OtlpMetricExporter exporter = OtlpMetricExporter.builder(closing(
                        target.protocol() == Plan.Protocol.OTLP_GRPC
                                ? needingJar(target, () -> OtlpSinks.metricsOverGrpc(endpoint))
                                : OtlpSinks.metrics(endpoint)))
                .temporality(metrics.temporality())
                .listener(account)
                .preparation(redactor == null ? UnaryOperator.identity() : redactor::redact)
                .build();
        PeriodicReader reader = new PeriodicReader(exporter, metrics.interval(), threads);
        made.push(reader::cutOff);
        metricReader = reader;
        return reader;
    }

    private void addLogs(DharmaTracerBuilder tracer) {
        Plan.Logs logs = plan.logs();
        if (logs == null) {
            return;
        }
        int before = made.size();
        try {
            HttpEndpoint endpoint = logs.target().endpoint();
            LogPipeline pipeline = new LogPipeline(
                    logs,
                    closing(
                            logs.target().protocol() == Plan.Protocol.OTLP_GRPC
                                    ? needingJar(logs.target(), () -> OtlpSinks.logsOverGrpc(endpoint))
                                    : OtlpSinks.logs(endpoint)),
                    redactor,
                    threads,
                    deliveryTimeout(List.of(logs.target())),
                    plan.lifecycle().closeTimeout());
            made.push(() -> pipeline.close(Duration.ZERO));
            logPipeline = pipeline;
            SdkLoggerProvider provider = SdkLoggerProvider.builder()
                    .setResource(resource)
                    .setLogLimits(logs::limits)
                    .addLogRecordProcessor(pipeline)
                    .build();
            tracer.loggerProvider(provider);
            if (exceptionLogs != null) {
                exceptionLogs.sendTo(provider.get(DharmaTracing.LOGGER));
            }
        } catch (LinkageError mixedVersions) {
            letGo(before);
            logPipeline = null;
            findings.add(notLinked("logs", mixedVersions));
        }
    }

    /** The tracer publishes what became of spans. */
    private @Nullable PipelineMetrics publishOthers() {
        SdkMeterProvider provider = meterProvider;
        return provider == null ? null : PipelineMetrics.publish(provider.get(DharmaTracing.LOGGER), this::otherStats);
    }

    private List<PipelineStats> otherStats() {
        List<PipelineStats> stats = new ArrayList<>();
        if (logPipeline != null) {
            stats.add(logPipeline.stats());
        }
        if (metricAccount != null) {
            stats.add(metricAccount.stats());
        }
        if (chainRecorder != null) {
            stats.add(chainRecorder.stats());
        }
        if (errorTracker != null) {
            stats.add(errorTracker.pipelineStats());
        }
        if (errorAlerts != null) {
            stats.add(errorAlerts.pipelineStats());
        }
        return stats;
    }

    private <S extends Sink<?>> S closing(S sink) {
        made.push(() -> sink.close(Duration.ZERO));
        return sink;
    }

    private static <T> Sink<T> needingJar(Plan.Target target, Supplier<Sink<T>> sink) {
        try {
            return sink.get();
        } catch (IllegalStateException jarMissing) {
            throw new DharmaConfigException(List.of(target.origin() + ": " + jarMissing.getMessage()));
        }
    }

    private static Finding notLinked(String signal, LinkageError error) {
        return Finding.error(
                "opentelemetry-not-linked",
                "The SDK's " + signal + " cannot be started with what is on the class path (" + error
                        + "), so there are" + " none",
                "Bring all of io.opentelemetry to one version, for instance by importing opentelemetry-bom");
    }

    private static Duration deliveryTimeout(List<Plan.Target> targets) {
        Duration longest = LEAST_DELIVERY_TIMEOUT;
        for (Plan.Target target : targets) {
            Duration timeout = target.timeout().plus(SLACK);
            longest = timeout.compareTo(longest) > 0 ? timeout : longest;
        }
        return longest;
    }
}
