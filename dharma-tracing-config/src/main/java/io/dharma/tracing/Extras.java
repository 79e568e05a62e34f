package io.dharma.tracing;

import io.dharma.tracing.correlation.CorrelationStore;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.GroupListener;
import io.dharma.tracing.errors.alert.AlertListener;
import io.dharma.tracing.errors.classify.ClassificationRule;
import io.dharma.tracing.errors.fingerprint.FingerprintRule;
import io.dharma.tracing.export.TlsSettings;
import io.dharma.tracing.internal.settings.OtlpKeys;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.redaction.Pseudonyms;
import io.dharma.tracing.sampling.SamplingRules;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What only code can set, because no text could say it.
 *
 * @param sampler the application's own
 * @param rules each adds to the sampling rules, in this order
 * @param propagators the application's own
 * @param sinks further places for spans
 * @param metricReaders the application's own
 * @param correlationStores the application's own
 * @param redisTls how to connect to Redis
 * @param errors what only code can say of errors
 * @param keptValues what is not redacted, however it looks
 * @param pseudonyms the application's own
 * @param enrichments hooks that add to spans
 * @param redactions hooks that take out of spans
 * @param tls how to connect, by the keys of the signal it is for
 * @param headers headers that change, by the keys of the signal they are for
 * @param otlp whether everything is to be sent over OTLP, also if nobody names an endpoint
 */
record Extras(
        @Nullable Sampler sampler,
        List<Consumer<SamplingRules>> rules,
        List<TextMapPropagator> propagators,
        List<Sink<SpanData>> sinks,
        List<MetricReader> metricReaders,
        List<CorrelationStore> correlationStores,
        @Nullable TlsSettings redisTls,
        Errors errors,
        Set<String> keptValues,
        @Nullable Pseudonyms pseudonyms,
        List<Stage<SpanData>> enrichments,
        List<Stage<SpanData>> redactions,
        Map<OtlpKeys, TlsSettings> tls,
        Map<OtlpKeys, Supplier<Map<String, String>>> headers,
        boolean otlp) {

    /**
     * What only code can say of errors.
     *
     * @param grouping the application's own
     * @param classification the application's own, in this order
     * @param hooks what sees events before they are kept, by name
     * @param listeners who hears of groups
     * @param sinks further places
     * @param alertListeners who is told of alerts
     * @param elasticsearchTls how to connect to Elasticsearch
     * @param kafkaProperties of Kafka's producer
     */
    record Errors(
            @Nullable FingerprintRule grouping,
            List<ClassificationRule> classification,
            Map<String, UnaryOperator<@Nullable ErrorEvent>> hooks,
            List<GroupListener> listeners,
            List<Sink<ErrorRecord>> sinks,
            List<AlertListener> alertListeners,
            @Nullable TlsSettings elasticsearchTls,
            Map<String, String> kafkaProperties) {

        private void describe(StringBuilder lines) {
            if (grouping != null) {
                line(lines, "grouping of errors", grouping);
            }
            classification.forEach(rule -> line(lines, "classification of errors", rule));
            hooks.forEach((name, hook) ->
                    lines.append("  errors seen by ").append(name).append(" (code)\n"));
            listeners.forEach(listener -> line(lines, "listener to groups", listener));
            sinks.forEach(sink -> line(lines, "sink of errors", sink));
            alertListeners.forEach(listener -> line(lines, "listener to alerts", listener));
            if (elasticsearchTls != null) {
                lines.append("  Elasticsearch TLS = ").append(elasticsearchTls).append(" (code)\n");
            }
            if (!kafkaProperties.isEmpty()) {
                // Names alone: there are passwords among the values.
                lines.append("  Kafka properties = ")
                        .append(new TreeSet<>(kafkaProperties.keySet()))
                        .append(" (code)\n");
            }
        }
    }

    String describe() {
        StringBuilder lines = new StringBuilder();
        if (sampler != null) {
            lines.append("  sampler = ").append(describe(sampler)).append(" (code)\n");
        }
        if (!rules.isEmpty()) {
            lines.append("  sampling rules (code)\n");
        }
        propagators.forEach(propagator -> line(lines, "propagator", propagator));
        sinks.forEach(sink -> line(lines, "sink", sink));
        metricReaders.forEach(reader -> line(lines, "metric reader", reader));
        if (redisTls != null) {
            lines.append("  Redis TLS = ").append(redisTls).append(" (code)\n");
        }
        correlationStores.forEach(store -> line(lines, "correlation store", store));
        errors.describe(lines);
        if (!keptValues.isEmpty()) {
            lines.append("  values kept by redaction: ")
                    .append(keptValues.size())
                    .append(" (code)\n");
        }
        if (pseudonyms != null) {
            lines.append("  pseudonyms = ").append(pseudonyms).append(" (code)\n");
        }
        enrichments.forEach(hook -> lines.append("  enrichment ").append(hook).append(" (code)\n"));
        redactions.forEach(hook -> lines.append("  redaction ").append(hook).append(" (code)\n"));
        tls.forEach((keys, settings) -> lines.append("  ")
                .append(keys.endpoint().name())
                .append(" TLS = ")
                .append(settings)
                .append(" (code)\n"));
        headers.forEach((keys, supplier) ->
                lines.append("  ").append(keys.headers().name()).append(" by a supplier (code)\n"));
        if (otlp) {
            lines.append("  OTLP for all signals (code)\n");
        }
        return lines.toString();
    }

    /** A description that the application wrote may throw. */
    static String describe(Sampler sampler) {
        try {
            return sampler.getDescription();
        } catch (RuntimeException hostile) {
            return sampler.getClass().getName();
        }
    }

    private static void line(StringBuilder lines, String what, Object given) {
        lines.append("  ")
                .append(what)
                .append(" = ")
                .append(given.getClass().getName())
                .append(" (code)\n");
    }

    /** Collects them; for one thread. */
    static final class Builder {
        @Nullable
        Sampler sampler;

        final List<Consumer<SamplingRules>> rules = new ArrayList<>();
        final List<TextMapPropagator> propagators = new ArrayList<>();
        final List<Sink<SpanData>> sinks = new ArrayList<>();
        final List<MetricReader> metricReaders = new ArrayList<>();
        final List<CorrelationStore> correlationStores = new ArrayList<>();

        @Nullable
        TlsSettings redisTls;

        @Nullable
        FingerprintRule fingerprintRule;

        final List<ClassificationRule> classificationRules = new ArrayList<>();
        final Map<String, UnaryOperator<@Nullable ErrorEvent>> errorHooks = new LinkedHashMap<>();
        final List<GroupListener> groupListeners = new ArrayList<>();
        final List<Sink<ErrorRecord>> errorSinks = new ArrayList<>();
        final List<AlertListener> alertListeners = new ArrayList<>();

        @Nullable
        TlsSettings elasticsearchTls;

        final Map<String, String> kafkaProperties = new LinkedHashMap<>();
        final Set<String> keptValues = new LinkedHashSet<>();

        @Nullable
        Pseudonyms pseudonyms;

        final List<Stage<SpanData>> enrichments = new ArrayList<>();
        final List<Stage<SpanData>> redactions = new ArrayList<>();
        final Map<OtlpKeys, TlsSettings> tls = new LinkedHashMap<>();
        final Map<OtlpKeys, Supplier<Map<String, String>>> headers = new LinkedHashMap<>();
        boolean otlp;

        Extras build() {
            return new Extras(
                    sampler,
                    List.copyOf(rules),
                    List.copyOf(propagators),
                    List.copyOf(sinks),
                    List.copyOf(metricReaders),
                    List.copyOf(correlationStores),
                    redisTls,
                    new Errors(
                            fingerprintRule,
                            List.copyOf(classificationRules),
                            Collections.unmodifiableMap(new LinkedHashMap<>(errorHooks)),
                            List.copyOf(groupListeners),
                            List.copyOf(errorSinks),
                            List.copyOf(alertListeners),
                            elasticsearchTls,
                            Map.copyOf(kafkaProperties)),
                    Set.copyOf(keptValues),
                    pseudonyms,
                    List.copyOf(enrichments),
                    List.copyOf(redactions),
                    Map.copyOf(tls),
                    Map.copyOf(headers),
                    otlp);
        }
    }
}
