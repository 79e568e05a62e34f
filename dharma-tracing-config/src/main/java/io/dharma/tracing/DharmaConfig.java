package io.dharma.tracing;

import io.dharma.tracing.internal.settings.Key;
import io.dharma.tracing.internal.settings.Keys;
import io.dharma.tracing.internal.settings.Origin;
import io.dharma.tracing.internal.settings.Problem;
import io.dharma.tracing.internal.settings.Settings;
import io.dharma.tracing.internal.settings.SourceReader;
import io.dharma.tracing.internal.settings.Sources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Everything that can be configured, decided and checked. Immutable, for any thread.
 *
 * <pre>{@code
 * DharmaTracing dharma = DharmaTracing.init(config -> config
 *     .service("checkout", "1.4.2").environment("production")
 *     .tracing(t -> t.otlp("https://collector:4318").sampleRatio(0.1).keepErrors()));
 * }</pre>
 *
 * <p>Where settings come from, the former going before the latter: code, system properties, the environment, the file
 * {@code dharma-tracing.properties}, defaults. A configuration that is built alone ({@link #builder()}) knows only
 * code; {@link Builder#fromEnvironment()} adds the rest, as {@code DharmaTracing.init(...)} does by itself.
 * {@code docs/configuration.md} lists all keys.
 */
public final class DharmaConfig {

    private final Settings settings;
    private final Extras extras;
    private final Plan plan;

    private DharmaConfig(Settings settings, Extras extras, Plan plan) {
        this.settings = settings;
        this.extras = extras;
        this.plan = plan;
    }

    /** Begins a configuration with nothing but defaults. */
    public static Builder builder() {
        return new Builder();
    }

    Plan plan() {
        return plan;
    }

    /** Whether starting with the other would have made no difference; where settings were made does not count. */
    boolean isSameAs(DharmaConfig other) {
        return settings.hasSameValuesAs(other.settings) && extras.equals(other.extras);
    }

    /** What was set and where, a line for each setting, for a bug report. Never holds a secret. */
    @Override
    public String toString() {
        return "DharmaConfig (all else is default)\n" + settings.describe() + extras.describe();
    }

    /**
     * Collects settings. What is wrong is reported by {@link #build()}, all of it together.
     *
     * <p>One thread at a time. Null is refused with a {@link NullPointerException}.
     */
    public static final class Builder {

        private final Settings settings = new Settings();
        private final List<Problem> problems = new ArrayList<>();
        private final Extras.Builder extras = new Extras.Builder();

        Builder() {}

        /**
         * What the service is called, wherever its traces are shown. Default: {@code unknown_service:java}, which
         * nobody can find again. Costs nothing.
         */
        public Builder service(String name) {
            set(Keys.SERVICE_NAME, name);
            return this;
        }

        /** As {@link #service(String)}, with the release that is running. Default: none. Costs nothing. */
        public Builder service(String name, String version) {
            service(name);
            set(Keys.SERVICE_VERSION, version);
            return this;
        }

        /** Where the service runs, such as {@code production}. Default: not said. Costs nothing. */
        public Builder environment(String name) {
            set(Keys.ENVIRONMENT, name);
            return this;
        }

        /**
         * Something else about the service that is to stand on all its spans, metrics and log records. Default: none.
         * Costs its bytes once per request to a backend.
         */
        public Builder resourceAttribute(String name, String value) {
            settings.putAttribute(
                    Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"), Origin.CODE);
            return this;
        }

        /** Where traces go, and which. See {@link TracingOptions}. */
        public Builder tracing(Consumer<TracingOptions> options) {
            options.accept(new TracingOptions(this));
            return this;
        }

        /** Where metrics go, and how often. See {@link MetricsOptions}. */
        public Builder metrics(Consumer<MetricsOptions> options) {
            options.accept(new MetricsOptions(this));
            return this;
        }

        /** Where log records go that libraries give to OpenTelemetry. See {@link LogsOptions}. */
        public Builder logs(Consumer<LogsOptions> options) {
            options.accept(new LogsOptions(this));
            return this;
        }

        /** How the current span is shown in the application's own log lines. See {@link MdcOptions}. */
        public Builder mdc(Consumer<MdcOptions> options) {
            options.accept(new MdcOptions(this));
            return this;
        }

        /** How failures are caught, grouped, counted and kept. See {@link ErrorsOptions}. */
        public Builder errors(Consumer<ErrorsOptions> options) {
            options.accept(new ErrorsOptions(this));
            return this;
        }

        /** How a request's id is taken in and passed on. See {@link CorrelationOptions}. */
        public Builder correlation(Consumer<CorrelationOptions> options) {
            options.accept(new CorrelationOptions(this));
            return this;
        }

        /** What is taken out before anything leaves the process. See {@link RedactionOptions}. */
        public Builder redaction(Consumer<RedactionOptions> options) {
            options.accept(new RedactionOptions(this));
            return this;
        }

        /** How much may wait for delivery, and for how long. See {@link DeliveryOptions}. */
        public Builder delivery(Consumer<DeliveryOptions> options) {
            options.accept(new DeliveryOptions(this));
            return this;
        }

        /**
         * Sends traces, metrics and log records to one OpenTelemetry collector.
         *
         * <p>Default: nothing is sent anywhere. Costs a connection for each of the three, and a thread for all.
         *
         * @param url the collector's base URL, such as {@code http://collector:4318}
         */
        public Builder otlp(String url) {
            return otlp(o -> o.endpoint(url));
        }

        /**
         * As {@link #otlp(String)}, with headers, TLS and the like. Without an endpoint the environment's, else
         * localhost.
         */
        public Builder otlp(Consumer<OtlpOptions> options) {
            extras.otlp = true;
            options.accept(new OtlpOptions(this, Keys.OTLP));
            return this;
        }

        /**
         * Whether libraries that ask for {@code GlobalOpenTelemetry} get this one. Default: yes. If somebody else was
         * first, that is a finding in {@link Health}, not an error. Costs nothing.
         */
        public Builder registerGlobal(boolean register) {
            set(Keys.REGISTER_GLOBAL, register);
            return this;
        }

        /**
         * Whether what is queued is delivered when the JVM ends. Default: yes, by a shutdown hook that takes at most
         * {@link #closeTimeout}. Without it, call {@link DharmaTracing#close()} yourself or lose the last second.
         */
        public Builder shutdownHook(boolean register) {
            set(Keys.SHUTDOWN_HOOK, register);
            return this;
        }

        /** How long closing may take at most. Default: 3 s. More time delivers more when a backend is slow. */
        public Builder closeTimeout(Duration timeout) {
            set(Keys.SHUTDOWN_TIMEOUT, timeout);
            return this;
        }

        /**
         * Turns everything off: bodies run, blocks record nothing, no thread is started. What a request says of its trace,
         * baggage and correlation is still passed on, so that the services before and behind this one keep their traces whole.
         * Default: on. What is wrong with the rest of the configuration is then only logged.
         */
        public Builder disabled(boolean disabled) {
            set(Keys.DISABLED, disabled);
            return this;
        }

        /**
         * Also reads system properties, the environment and {@code dharma-tracing.properties}, now. What was or will be
         * said in code goes before them. Default: not read. Costs a few milliseconds.
         */
        public Builder fromEnvironment() {
            return from(Sources.ofProcess());
        }

        Builder from(Sources sources) {
            new SourceReader(settings, problems).read(sources);
            return this;
        }

        /**
         * Decides and checks everything. Reads the certificates that were named; opens no connection, starts no thread.
         *
         * @throws DharmaConfigException if anything is wrong; it lists all that is
         */
        public DharmaConfig build() {
            Settings decided = settings.copy();
            Extras given = extras.build();
            Plan plan = new Planner(decided, given, problems).plan();
            return new DharmaConfig(decided, given, plan);
        }

        <T> void set(Key<T> key, T value) {
            settings.put(key, Objects.requireNonNull(value, key.name()), Origin.CODE);
        }

        /** Adds to a list of code's own: what lower sources list is not added to. */
        void add(Key<List<String>> key, String entry) {
            List<String> entries = new ArrayList<>();
            var before = settings.find(key);
            if (before != null && before.isCode()) {
                entries.addAll(before.value());
            }
            if (!entries.contains(entry)) {
                entries.add(entry);
            }
            set(key, List.copyOf(entries));
        }

        void addPair(Key<Map<String, String>> key, String name, String value) {
            Map<String, String> pairs = new LinkedHashMap<>();
            var before = settings.find(key);
            if (before != null && before.isCode()) {
                pairs.putAll(before.value());
            }
            pairs.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
            set(key, Collections.unmodifiableMap(pairs));
        }

        Extras.Builder extras() {
            return extras;
        }
    }
}
