package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Key;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.sampling.SamplingRules;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Where traces go, and which of them. Part of {@link DharmaConfig.Builder}; one thread at a time.
 *
 * <p>Once code names a place for traces, the places that the environment lists are not used; the details that it gives
 * for a place (headers, timeouts) still are.
 */
public final class TracingOptions {

    private final DharmaConfig.Builder config;

    TracingOptions(DharmaConfig.Builder config) {
        this.config = config;
    }

    // Where to

    /**
     * Sends traces over OTLP, to a collector, Jaeger or whatever else understands it. Default: only if the environment
     * names an endpoint. Costs a connection, and a thread that all such receivers share.
     *
     * @param url such as {@code https://collector:4318}; one without a path gets {@code /v1/traces}
     */
    public TracingOptions otlp(String url) {
        return otlp(o -> o.endpoint(url));
    }

    /** As {@link #otlp(String)}, with headers, TLS and the like. Without an endpoint the environment's, else localhost. */
    public TracingOptions otlp(Consumer<OtlpOptions> options) {
        config.add(Keys.TRACES_EXPORTER, "otlp");
        options.accept(new OtlpOptions(config, Keys.OTLP_TRACES));
        return this;
    }

    /**
     * Sends traces to a Zipkin server. Default: only if the environment names one. Costs a connection, and
     * a thread that all such receivers share.
     *
     * @param url the whole URL, such as {@code http://zipkin:9411/api/v2/spans}
     */
    public TracingOptions zipkin(String url) {
        config.add(Keys.TRACES_EXPORTER, "zipkin");
        config.set(Keys.ZIPKIN_ENDPOINT, url);
        return this;
    }

    /** Prints traces to the standard output, for people. Default: no. Costs a thread, and the output's speed. */
    public TracingOptions console() {
        config.add(Keys.TRACES_EXPORTER, "console");
        return this;
    }

    /**
     * Keeps the newest spans in the process: see {@link DharmaTracing#inMemory()}. Default: only where traces go
     * nowhere else. Costs at most 6 MiB.
     */
    public TracingOptions inMemory() {
        config.add(Keys.TRACES_EXPORTER, "memory");
        return this;
    }

    /** As {@link #inMemory()}, with bounds of your own. Defaults: 10,000 spans and 6 MiB. */
    public TracingOptions inMemory(int maxSpans, long maxBytes) {
        config.set(Keys.MEMORY_MAX_SPANS, maxSpans);
        config.set(Keys.MEMORY_MAX_BYTES, maxBytes);
        return inMemory();
    }

    /**
     * Keeps the traces of the recent past on disk as well, so that {@link DharmaTracing#traces()} still finds them after a
     * restart, {@code kill -9} included. Default: in memory only. Costs disk, and some microseconds per span on a thread
     * of ours.
     *
     * @param directory for this process alone, made if there is none, with rights for this user only. One that somebody
     *     else uses, or that cannot be written to, is reported, and traces are kept in memory until it can be used
     */
    public TracingOptions store(Path directory) {
        config.set(Keys.STORE_DIRECTORY, directory);
        return inMemory();
    }

    /** As {@link #store(Path)}, with a bound of your own; the oldest traces make room. Default: 64 MiB. */
    public TracingOptions store(Path directory, long maxBytes) {
        config.set(Keys.STORE_MAX_BYTES, maxBytes);
        return store(directory);
    }

    /** Delivers spans to a place of your own, too. Default: none. Costs a thread, on which it is called,
     * unless it says that it never blocks ({@link Sink#isNonBlocking()}). */
    public TracingOptions sink(Sink<SpanData> sink) {
        config.extras().sinks.add(Objects.requireNonNull(sink, "sink"));
        return this;
    }

    /** Sends traces nowhere; context still travels and metrics are still made. Default: see {@link #inMemory()}. */
    public TracingOptions nowhere() {
        config.set(Keys.TRACES_EXPORTER, List.of("none"));
        return this;
    }

    // Which

    /**
     * Exports this share of all traces, the same ones in every service with the same ratio, and what a caller's service
     * exports. Default: all. A block that is not exported costs about a third of one that is; with {@link #keepErrors()} or
     * {@link #keepSlowerThan} it costs nearly as much, since it is recorded until that is known.
     *
     * @param ratio from 0 to 1
     */
    public TracingOptions sampleRatio(double ratio) {
        return sampler("probabilistic", Double.toString(ratio));
    }

    /** Exports at most so many traces per second, and what a caller's service exports. Default: no such limit. */
    public TracingOptions rateLimited(double tracesPerSecond) {
        return sampler("rate_limited", Double.toString(tracesPerSecond));
    }

    /** Exports every block, whatever the caller's service decided. Default: the caller decides; without one, all. */
    public TracingOptions alwaysOn() {
        return sampler("always_on", "1");
    }

    /** Exports nothing, except what is kept. Default: see {@link #alwaysOn()}. */
    public TracingOptions alwaysOff() {
        return sampler("always_off", "0");
    }

    private TracingOptions sampler(String name, String argument) {
        config.extras().sampler = null;
        config.set(Keys.SAMPLER, name);
        config.set(Keys.SAMPLER_ARG, argument);
        return this;
    }

    /**
     * Lets a sampler of your own decide. It runs on the application's threads, whenever a block starts; if it throws,
     * the trace is dropped. Default: see {@link #alwaysOn()}.
     */
    public TracingOptions sampler(Sampler sampler) {
        config.extras().sampler = Objects.requireNonNull(sampler, "sampler");
        return this;
    }

    /**
     * Adds rules by name, route or attribute, such as {@code r -> r.drop("GET /health")}. They are asked at the first
     * block of a trace without a parent; where none matches, the sampler decides. With rules, what the parent decided
     * always holds. Default: none. Costs a comparison per rule and trace.
     */
    public TracingOptions rules(Consumer<SamplingRules> rules) {
        config.extras().rules.add(Objects.requireNonNull(rules, "rules"));
        return this;
    }

    /**
     * Exports traces that fail in this process though the sampler dropped them. Default: no. Then all blocks are
     * recorded until their trace is decided, which costs what a sampled block does, and at most 4 MiB.
     */
    public TracingOptions keepErrors() {
        config.set(Keys.KEEP_ERRORS, true);
        return this;
    }

    /** The same for traces whose first block in this process takes longer than this. Default: no. */
    public TracingOptions keepSlowerThan(Duration duration) {
        config.set(Keys.KEEP_SLOWER_THAN, duration);
        return this;
    }

    /** How many undecided traces may wait, and how much heap they may take. Defaults: 1,000 and 4 MiB. */
    public TracingOptions keepWithin(int maxTraces, long maxBytes) {
        config.set(Keys.KEEP_MAX_TRACES, maxTraces);
        config.set(Keys.KEEP_MAX_BYTES, maxBytes);
        return this;
    }

    // How they travel

    /**
     * Which headers carry the trace to other services: any of {@code tracecontext}, {@code baggage}, {@code b3},
     * {@code b3multi} and {@code jaeger}, or {@code none}. Default: the first two. Costs some 100 ns each per request.
     */
    public TracingOptions propagators(String... names) {
        config.set(Keys.PROPAGATORS, List.of(names));
        return this;
    }

    /** Adds a propagator of your own. Default: none. It runs on the application's threads; if it throws, it is skipped. */
    public TracingOptions propagator(TextMapPropagator propagator) {
        config.extras().propagators.add(Objects.requireNonNull(propagator, "propagator"));
        return this;
    }

    // How much of them

    /** How many attributes a span keeps; the rest is counted. Default: 128. */
    public TracingOptions maxAttributes(int count) {
        return limit(Keys.SPAN_ATTRIBUTES, count);
    }

    /** How many characters of an attribute's text are kept. Default: 4,096. More costs heap and network. */
    public TracingOptions maxAttributeLength(int characters) {
        return limit(Keys.SPAN_ATTRIBUTE_LENGTH, characters);
    }

    /** How many events a span keeps, and how many attributes each. Defaults: 128 and 128. */
    public TracingOptions maxEvents(int events, int attributesEach) {
        limit(Keys.EVENT_ATTRIBUTES, attributesEach);
        return limit(Keys.SPAN_EVENTS, events);
    }

    /** How many links a span keeps, and how many attributes each. Defaults: 128 and 128. */
    public TracingOptions maxLinks(int links, int attributesEach) {
        limit(Keys.LINK_ATTRIBUTES, attributesEach);
        return limit(Keys.SPAN_LINKS, links);
    }

    private TracingOptions limit(Key<Integer> key, int value) {
        config.set(key, value);
        return this;
    }
}
