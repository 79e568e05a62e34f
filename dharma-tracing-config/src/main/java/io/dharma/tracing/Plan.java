package io.dharma.tracing;

import io.dharma.tracing.context.MdcMirror;
import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.errors.ErrorPolicy;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.alert.Alert;
import io.dharma.tracing.export.ConsoleSpanSink;
import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.internal.settings.Origin;
import io.dharma.tracing.internal.settings.Setting;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.propagation.CorrelationPropagation;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.sampling.KeepPolicy;
import io.dharma.tracing.sampling.SamplingRules;
import io.dharma.tracing.spool.FsyncPolicy;
import io.dharma.tracing.spool.Spool;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.logs.LogLimits;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was decided: all that is needed to start. Immutable. */
record Plan(
        boolean disabled,
        Service service,
        Traces traces,
        Sampling sampling,
        TextMapPropagator propagator,
        @Nullable CorrelationPropagation correlation,
        @Nullable Chains chains,
        @Nullable Errors errors,
        SpanLimits limits,
        @Nullable MdcMirror mdc,
        @Nullable Metrics metrics,
        @Nullable Logs logs,
        Exceptions exceptions,
        Redaction redaction,
        Delivery delivery,
        Lifecycle lifecycle,
        List<Finding> findings) {

    /** Of all three signals. */
    List<Target> allTargets() {
        List<Target> all = new ArrayList<>(traces.targets());
        if (metrics != null && metrics.target() != null) {
            all.add(metrics.target());
        }
        if (logs != null) {
            all.add(logs.target());
        }
        return all;
    }

    record Service(
            Setting<String> name,
            @Nullable Setting<String> version,
            @Nullable Setting<String> environment,
            Resource resource) {}

    /** Where spans go: over HTTP, to the console, to memory, to sinks of the application. */
    record Traces(
            List<Target> targets,
            ConsoleSpanSink.@Nullable Style console,
            @Nullable Store store,
            List<Sink<SpanData>> sinks,
            Origin origin) {}

    /** What the store of traces holds in memory, and where and how much on disk. */
    record Store(int maxSpans, long maxBytes, @Nullable Path directory, long maxDiskBytes) {}

    /** One address to send to. */
    record Target(Protocol protocol, HttpEndpoint endpoint, Duration timeout, Origin origin) {}

    /** What exceptions become. */
    enum Exceptions {
        EVENTS,
        LOGS,
        BOTH
    }

    enum Protocol {
        OTLP_HTTP("otlp"),
        OTLP_GRPC("otlp grpc"),
        ZIPKIN("zipkin");

        private final String shown;

        Protocol(String shown) {
            this.shown = shown;
        }

        String shown() {
            return shown;
        }
    }

    record Sampling(
            Setting<Sampler> sampler,
            String shown,
            @Nullable SamplingRules rules,
            KeepPolicy keep) {}

    /** What is kept of requests: in this process, and in which stores besides. */
    record Chains(
            int maxChains,
            long maxBytes,
            int hopsPerMinute,
            long maxQueueBytes,
            @Nullable Redis redis,
            List<CorrelationStore> stores) {

        /** Nothing waits where there is no other store. */
        long queueBytes() {
            return isKeptElsewhere() ? maxQueueBytes : Math.min(maxQueueBytes, 1L << 20);
        }

        boolean isKeptElsewhere() {
            return redis != null || !stores.isEmpty();
        }
    }

    /**
     * Where Redis is, and how it is used.
     *
     * @param shown the address without user and password
     * @param store what makes the store; fails if a jar is missing
     */
    record Redis(String shown, Origin origin, Supplier<CorrelationStore> store) {}

    /**
     * How errors are caught and kept.
     *
     * @param inApp the application's packages; none for that of the main class
     * @param directory where they are kept on disk; null if they are not
     */
    record Errors(
            List<String> inApp,
            List<String> mdcKeys,
            boolean uncaught,
            ErrorPolicy policy,
            long maxQueueBytes,
            @Nullable Path directory,
            long maxDiskBytes,
            List<ErrorPlace> places,
            @Nullable Alerts alerts,
            Extras.Errors extras) {

        boolean isKeptElsewhere() {
            return !extras.sinks().isEmpty() || !places.isEmpty();
        }

        /** Nothing waits for long where there is no place but this process. */
        long queueBytes() {
            return isKeptElsewhere() ? maxQueueBytes : Math.min(maxQueueBytes, 2L << 20);
        }
    }

    /**
     * A backend in which errors are kept.
     *
     * @param name of its sink
     * @param shown the address without user and password
     * @param sink what makes it, given what this process is called; fails if a jar is missing
     */
    record ErrorPlace(String name, String shown, Origin origin, Function<String, Sink<ErrorRecord>> sink) {}

    /**
     * Who is told of alerts.
     *
     * @param log whether the log is
     * @param sinks what makes the others; fails if a jar is missing
     */
    record Alerts(boolean log, List<Supplier<Sink<Alert>>> sinks) {}

    record Metrics(
            @Nullable Target target,
            List<MetricReader> readers,
            Duration interval,
            AggregationTemporalitySelector temporality,
            boolean blocks) {}

    record Logs(Target target, int batchSize, Duration batchDelay, long maxQueueBytes, LogLimits limits) {}

    /**
     * What is taken out.
     *
     * @param redactor null if it is turned off
     * @param shown in the line at the start
     * @param hooks of the application, which run before it
     */
    record Redaction(@Nullable Redactor redactor, Setting<String> shown, List<Stage<SpanData>> hooks) {}

    record Delivery(
            long maxQueueBytes,
            int batchSize,
            Duration batchDelay,
            @Nullable SpoolSettings spool) {}

    /** Where what waits for delivery is written down, and how. */
    record SpoolSettings(Setting<Path> directory, long maxBytes, Duration maxAge, FsyncPolicy fsync) {

        /** They are smaller than spans. */
        long maxBytesOfHops() {
            return Math.max(Spool.Builder.MIN_BYTES, maxBytes / 4);
        }

        /** There are fewer of them. */
        long maxBytesOfErrors() {
            return Math.max(Spool.Builder.MIN_BYTES, maxBytes / 8);
        }
    }

    record Lifecycle(boolean registerGlobal, boolean shutdownHook, Duration closeTimeout) {}
}
