package io.dharma.tracing;

import io.dharma.tracing.correlation.ChainRecorder;
import io.dharma.tracing.correlation.Chains;
import io.dharma.tracing.errors.ErrorTracker;
import io.dharma.tracing.errors.Errors;
import io.dharma.tracing.pipeline.DeadLetter;
import io.dharma.tracing.spi.Timeouts;
import io.dharma.tracing.store.TraceStore;
import io.dharma.tracing.store.Traces;
import io.dharma.tracing.trace.Contained;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.TracedAction;
import io.dharma.tracing.trace.TracedBlock;
import io.dharma.tracing.trace.TracedBlockBuilder;
import io.dharma.tracing.trace.TracedCall;
import io.dharma.tracing.trace.TracerHealth;
import io.dharma.tracing.trace.Tracing;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts Dharma Tracing, and is what a service then works with.
 *
 * <pre>{@code
 * DharmaTracing dharma = DharmaTracing.init();
 * Order order = dharma.traced("load-order", block -> orders.find(id));
 * }</pre>
 *
 * <p>One per process, or per class loader. {@code init()} returns within half a second also when nothing it is to send
 * to can be reached; it throws only for a configuration that is wrong. Without any configuration spans are kept in
 * memory.
 *
 * <p>Thread-safe. What is called at run time neither throws, nor blocks, nor does I/O; {@link #flush} and
 * {@link #close} wait for at most the time they are given, {@link #health} for a moment.
 */
public final class DharmaTracing implements AutoCloseable {

    static final String LOGGER = "io.dharma.tracing";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final Object LOCK = new Object();

    private static @Nullable DharmaTracing instance;

    private final DharmaConfig config;
    private final Running running;
    private final Doctor doctor;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Thread shutdownHook;

    private DharmaTracing(DharmaConfig config, Running running, Doctor doctor) {
        this.config = config;
        this.running = running;
        this.doctor = doctor;
    }

    // Start

    /**
     * Starts with what system properties, the environment and {@code dharma-tracing.properties} say. If it has been
     * started already, returns the same instance and says so in the log.
     *
     * @throws DharmaConfigException if a setting is wrong; the message lists all that are
     */
    public static DharmaTracing init() {
        return init(config -> {});
    }

    /**
     * As {@link #init()}, with code on top, which goes before everything else.
     *
     * @throws DharmaConfigException if a setting is wrong; the message lists all that are
     */
    public static DharmaTracing init(Consumer<DharmaConfig.Builder> code) {
        long start = System.nanoTime();
        DharmaConfig.Builder config = DharmaConfig.builder();
        code.accept(config);
        return init(config.fromEnvironment().build(), start);
    }

    /**
     * Starts with exactly this configuration. If it has been started already, returns the same instance and says so in
     * the log, as a warning if that was configured differently.
     *
     * @throws DharmaConfigException if something that is configured needs a jar that is not on the class path
     */
    public static DharmaTracing init(DharmaConfig config) {
        return init(config, System.nanoTime());
    }

    private static DharmaTracing init(DharmaConfig config, long start) {
        DharmaTracing before;
        DharmaTracing started;
        synchronized (LOCK) {
            before = instance;
            started = before == null ? start(config) : before;
        }
        // Not with the lock, which the end of the JVM needs: a log may hang.
        return before == null ? started.begin(start) : before.stillRunning(config);
    }

    private static DharmaTracing start(DharmaConfig config) {
        Running running = Assembly.start(config.plan());
        List<Finding> findings = register(config.plan(), running);
        Doctor doctor = new Doctor(findings, collectors(config.plan()), classPath());
        DharmaTracing started = new DharmaTracing(config, running, doctor);
        instance = started;
        if (config.plan().lifecycle().shutdownHook() && !config.plan().disabled()) {
            started.addShutdownHook();
        }
        return started;
    }

    private DharmaTracing stillRunning(DharmaConfig wanted) {
        if (config.isSameAs(wanted)) {
            LOG.info("Dharma Tracing has been started already; init() returns the same instance");
        } else {
            LOG.warn("Dharma Tracing has been started already with another configuration, which stays in force;"
                    + " close() it first to start with this one");
        }
        return this;
    }

    private DharmaTracing begin(long start) {
        Plan plan = config.plan();
        if (LOG.isInfoEnabled()) {
            LOG.info("{}", StartLine.of(plan, (System.nanoTime() - start) / 1_000_000));
        }
        if (plan.disabled()) {
            doctor.stayHome();
        } else {
            doctor.start();
        }
        return this;
    }

    /** Makes it known to those who do not have it at hand; returns all that was found so far. */
    private static List<Finding> register(Plan plan, Running running) {
        Tracing.install(running.tracer());
        List<Finding> findings = new ArrayList<>(plan.findings());
        findings.addAll(running.findings());
        if (plan.disabled()) {
            findings.add(Finding.info(
                    "sdk-disabled",
                    "Tracing is turned off",
                    "Remove otel.sdk.disabled (OTEL_SDK_DISABLED) to turn it on"));
        } else if (plan.lifecycle().registerGlobal()
                && !GlobalHandle.pointTo(running.tracer().openTelemetry())) {
            findings.add(Finding.warning(
                    "global-already-registered",
                    "Somebody else has registered a GlobalOpenTelemetry, or asked for it, before init(); libraries that"
                            + " use it do not reach Dharma Tracing",
                    "Call DharmaTracing.init() first, remove the other one, or hand DharmaTracing.openTelemetry() to"
                            + " those libraries and set dharma.register.global to false"));
        }
        return findings;
    }

    private static Set<URI> collectors(Plan plan) {
        Set<URI> collectors = new LinkedHashSet<>();
        plan.allTargets().forEach(target -> collectors.add(target.endpoint().uri()));
        return collectors;
    }

    private static ClassLoader classPath() {
        ClassLoader ours = DharmaTracing.class.getClassLoader();
        return ours != null ? ours : ClassLoader.getSystemClassLoader();
    }

    // Blocks

    /** See {@link DharmaTracer#start}. */
    public TracedBlock start(@Nullable String name) {
        return running.tracer().start(name);
    }

    /** See {@link DharmaTracer#block}. */
    public TracedBlockBuilder block(@Nullable String name) {
        return running.tracer().block(name);
    }

    /** See {@link DharmaTracer#traced}. */
    public <T extends @Nullable Object, X extends Throwable> T traced(@Nullable String name, TracedCall<T, X> body)
            throws X {
        return running.tracer().traced(name, body);
    }

    /** See {@link DharmaTracer#tracedRun}. */
    public <X extends Throwable> void tracedRun(@Nullable String name, TracedAction<X> body) throws X {
        running.tracer().tracedRun(name, body);
    }

    /**
     * Runs the body in a block that ends when the stage does which the body returns. What was added to that very stage to
     * run on the thread that completes it, such as by {@code thenRun}, may run before the block ends; see {@link
     * DharmaTracer#tracedAsync}.
     */
    public <S extends @Nullable CompletionStage<?>, X extends Throwable> S tracedAsync(
            @Nullable String name, TracedCall<S, X> body) throws X {
        return running.tracer().tracedAsync(name, body);
    }

    /** The block that is current on this thread; an inert one if there is none. */
    public TracedBlock current() {
        return running.tracer().current();
    }

    /** See {@link DharmaTracer#proxy}. */
    public <T> T proxy(Class<T> type, T implementation) {
        return running.tracer().proxy(type, implementation);
    }

    // Across processes

    /** See {@link DharmaTracer#extract}. */
    public <C> Context extract(Context parent, @Nullable C carrier, TextMapGetter<C> getter) {
        return running.tracer().extract(parent, carrier, getter);
    }

    /** See {@link DharmaTracer#injectTo}. */
    public <C> void injectTo(@Nullable String host, @Nullable C carrier, TextMapSetter<C> setter) {
        running.tracer().injectTo(host, carrier, setter);
    }

    /** Writes the current trace context and baggage to a request or message, and no correlation, for want of a host. */
    public <C> void inject(@Nullable C carrier, TextMapSetter<C> setter) {
        running.tracer().inject(carrier, setter);
    }

    /** Writes the trace context and baggage of {@code context} to a request or message. */
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
        running.tracer().inject(context, carrier, setter);
    }

    /** See {@link DharmaTracer#echoCorrelation}. */
    public <C> void echoCorrelation(@Nullable C response, TextMapSetter<C> setter) {
        running.tracer().echoCorrelation(response, setter);
    }

    // What it consists of

    /** For libraries that speak OpenTelemetry: their spans, metrics and logs go the same way as ours. */
    public OpenTelemetry openTelemetry() {
        return running.tracer().openTelemetry();
    }

    /** The tracer, for code that is to depend on {@code dharma-tracing-core} alone. */
    public DharmaTracer tracer() {
        return running.tracer();
    }

    /** Changes at run time which traces are exported. */
    public SamplingControl sampling() {
        return running.sampling();
    }

    /**
     * Finds traces of the recent past, as far as this process took part in them: by id, name, attribute, duration, failure
     * and time. Empty if none are kept: see {@link TracingOptions#inMemory()} and {@link TracingOptions#store}.
     */
    public Optional<Traces> traces() {
        return Optional.ofNullable(running.store());
    }

    /** The newest spans, if they are kept in the process, for tests above all: see {@link TracingOptions#inMemory()}. */
    public Optional<TraceStore> inMemory() {
        return Optional.ofNullable(running.store());
    }

    /**
     * What requests did, by their correlation id, service, user and time: in this process, and in others where they share
     * a store. Empty if it is turned off: see {@link CorrelationOptions#noChains()}.
     */
    public Optional<Chains> chains() {
        return Optional.ofNullable(running.chainRecorder()).map(ChainRecorder::chains);
    }

    /**
     * Failures: to capture those that no block fails with, and to ask what there was. Captures and knows nothing if it is
     * turned off: see {@link ErrorsOptions#off()}.
     */
    public Errors errors() {
        ErrorTracker tracker = running.errorTracker();
        return tracker == null ? Errors.none() : tracker;
    }

    /** What it was started with. */
    public DharmaConfig config() {
        return config;
    }

    /** How everything is doing, and what a person should know. Shortly after the start it waits for the class path. */
    public Health health() {
        TracerHealth health = running.tracer().health();
        List<ExporterHealth> exporters = running.exporters(health);
        Contained contained = running.contained(health);
        return new Health(
                Version.current(),
                exporters,
                health.blocks(),
                health.foldedBlocks(),
                health.kept(),
                health.correlation(),
                running.chainStats(),
                running.errorStats(),
                running.forgottenSpans(),
                running.storeStats(),
                running.spoolStats(),
                running.redactionCounts(),
                running.stageFailures(health),
                contained,
                running.sampling().toString(),
                doctor.findings(exporters, health.foldedBlocks(), contained));
    }

    /**
     * The spans that a receiver would not have, the oldest first, each with what the receiver said. Bounded: an eighth of
     * the bytes that spans may wait in, the newest stay. Empty when nothing was rejected. Any thread; copies the list.
     */
    public List<DeadLetter<SpanData>> rejectedSpans() {
        return running.tracer().rejectedSpans();
    }

    // End

    /**
     * Waits until everything that ended before this call is delivered: spans, log records, metrics.
     *
     * @param timeout how long to wait at most; null or a negative time means not at all
     * @return true only if all of it was
     */
    public boolean flush(@Nullable Duration timeout) {
        return running.flush(timeout);
    }

    /**
     * Delivers what is queued, at most 3 s long unless configured otherwise, and lets go of all threads. Idempotent: a
     * call while another is still at it waits for that, as long at most. After it {@code init()} starts anew.
     */
    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            removeShutdownHook();
            closeNow();
            LOG.debug("Dharma Tracing is closed");
        } else {
            awaitClosed();
        }
    }

    private void awaitClosed() {
        try {
            boolean unused =
                    closed.await(Timeouts.nanos(config.plan().lifecycle().closeTimeout()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeNow() {
        try {
            release();
        } finally {
            closed.countDown();
        }
    }

    private void release() {
        // The next init() need not wait for what is still being delivered.
        synchronized (LOCK) {
            if (instance == this) {
                instance = null;
            }
        }
        doctor.stop();
        Tracing.uninstall(running.tracer());
        GlobalHandle.release(openTelemetry());
        running.close(config.plan().lifecycle().closeTimeout());
    }

    private void addShutdownHook() {
        Thread hook = new Thread(null, this::closeAtExit, "dharma-shutdown", 0, false);
        hook.setContextClassLoader(null);
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            shutdownHook = hook;
        } catch (IllegalStateException jvmIsEnding) {
            shutdownHook = null;
        }
    }

    /** The JVM lives until its hooks have ended, so this one waits for a close that is under way. */
    private void closeAtExit() {
        if (closing.compareAndSet(false, true)) {
            closeNow();
        } else {
            awaitClosed();
        }
    }

    /** A hook that stays would keep this object, and its class loader, for as long as the JVM lives. */
    private void removeShutdownHook() {
        Thread hook = shutdownHook;
        if (hook == null) {
            return;
        }
        try {
            boolean unused = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException jvmIsEnding) {
            // The hook will find that there is nothing left to do.
            LOG.debug("The JVM is ending");
        }
    }

    /** What it was started with, for a bug report. */
    @Override
    public String toString() {
        return "Dharma Tracing " + Version.current() + "\n" + config;
    }
}
