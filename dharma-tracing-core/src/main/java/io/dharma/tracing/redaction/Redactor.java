package io.dharma.tracing.redaction;

import io.dharma.tracing.pipeline.Stage;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.BaggageEntry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfoBuilder;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of spans, log records, texts, resources, MDC copies and baggage.
 *
 * <p>In this order of certainty:
 *
 * <ol>
 *   <li>An attribute whose name holds a word such as {@code password}, {@code token} or {@code authorization} loses its
 *       value, whatever it is. Names are compared by whole words, so that {@code author} and {@code tokenizer} stay, and
 *       a last word that only says something about the secret lets it stay, too: {@code token.type},
 *       {@code password_length}.
 *   <li>Statements to databases lose their literals ({@code db.query.text}, {@code db.statement}), queries and URLs lose
 *       user, password and secret parameters.
 *   <li>All other texts are searched: for what is named as above in {@code name=value}, JSON, headers and command lines,
 *       and for what looks like a private key, a web token, an API key of a known maker, credentials in a URL, a card's
 *       or a bank account's number. Messages in stack traces are texts like others; frames are left alone. So are names of
 *       attributes, and bytes that are UTF-8. Of the numbers, those of 13 to 16 digits go that can be a card's. The
 *       attribute {@code dharma.correlation_id} stays if it is an id, for that was searched before it was taken.
 * </ol>
 *
 * <p>What is taken out of a text becomes {@code [redacted]}. Types stay: a number becomes 0, a list of numbers empty. A
 * second time changes nothing more. Where nothing is found, the very object that was given is returned.
 *
 * <p>Immutable; any thread. Texts are searched to their end, however long, in time proportional to their length, whatever
 * they hold; of an ordinary text each character is looked at a few times, and nothing is allocated for it as long as
 * nothing is found. One with finds is searched again without them. Statements are cut at 32 Ki characters. Hostile
 * objects aside, it does not throw; used as a {@link #spanStage() stage}, a record that it fails with is not delivered.
 */
public final class Redactor {

    private final Settings settings;
    private final RuleCounts redacted = new RuleCounts();
    private final RuleCounts dryRun = new RuleCounts();
    private final Names names;
    private final TextScan uncounted;
    private final Values values;
    private final MetricWalk metrics;

    /** A service has one or two resources, and every record carries one of them. */
    private volatile SeenResource seen = new SeenResource(Resource.empty(), Resource.empty());

    private record SeenResource(Resource before, Resource after) {}

    private record Settings(
            Set<String> secretKeys,
            Set<String> allowedKeys,
            Set<String> pseudonymKeys,
            Set<String> keptValues,
            EmailPolicy emails,
            IpPolicy ips,
            Pseudonyms pseudonyms,
            boolean urls,
            boolean statements,
            boolean dryRun) {}

    private Redactor(Settings settings) {
        this.settings = settings;
        Consumer<Rule> counts = (settings.dryRun ? dryRun : redacted)::add;
        KeyList keys = new KeyList(settings.secretKeys);
        Set<String> allowed = normalised(settings.allowedKeys);
        FlagScanner flags = new FlagScanner(keys);
        List<Scanner> scanners = scanners(settings, flags);
        TextScan texts = texts(scanners, new AssignmentScanner(keys, allowed, settings.urls, false), counts);
        TextScan queries = texts(scanners, new AssignmentScanner(keys, allowed, settings.urls, true), counts);
        this.uncounted = texts(scanners, new AssignmentScanner(keys, allowed, settings.urls, false), rule -> {});
        this.names = new Names(
                keys,
                name -> uncounted.redact(name).equals(name),
                allowed,
                normalised(settings.pseudonymKeys),
                settings.urls,
                settings.statements);
        this.values = new Values(
                names, texts, queries, new Statements(counts), flags, settings.pseudonyms, settings.keptValues, counts);
        this.metrics = new MetricWalk(values);
    }

    private TextScan texts(List<Scanner> scanners, AssignmentScanner assignments, Consumer<Rule> counts) {
        List<Scanner> all = new ArrayList<>(scanners);
        all.add(assignments);
        return new TextScan(all, settings.keptValues, counts);
    }

    private static List<Scanner> scanners(Settings settings, FlagScanner flags) {
        List<Scanner> scanners = new ArrayList<>();
        scanners.add(new PrivateKeyScanner());
        scanners.add(flags);
        scanners.add(new ClientScanner());
        scanners.add(new JwtScanner());
        scanners.add(new AuthSchemeScanner());
        scanners.add(new TokenScanner());
        if (settings.urls) {
            scanners.add(new UserInfoScanner());
        }
        scanners.add(new SsnScanner());
        scanners.add(new CardScanner());
        scanners.add(new IbanScanner());
        if (settings.emails != EmailPolicy.KEEP) {
            scanners.add(new EmailScanner(replacement(settings)));
        }
        if (settings.ips != IpPolicy.KEEP) {
            scanners.add(new IpScanner());
        }
        return scanners;
    }

    private static UnaryOperator<String> replacement(Settings settings) {
        return settings.emails == EmailPolicy.MASK ? EmailScanner.masking() : settings.pseudonyms::of;
    }

    private static Set<String> normalised(Set<String> names) {
        Set<String> normalised = new HashSet<>();
        for (String name : names) {
            normalised.add(KeyList.normalise(name));
        }
        return normalised;
    }

    /** With all defaults. */
    public static Redactor create() {
        return builder().build();
    }

    /** To be told what else is a secret, and what is none. */
    public static Builder builder() {
        return new Builder();
    }

    // ---- in the pipeline

    /** For a pipeline of spans. A span that cannot be redacted is dropped. */
    public Stage<SpanData> spanStage() {
        return Stage.required("redact", this::redact);
    }

    /** For a pipeline of log records. A record that cannot be redacted is dropped. */
    public Stage<LogRecordData> logStage() {
        return Stage.required("redact", this::redact);
    }

    /** How much was found since the start. */
    public RedactionCounts counts() {
        return new RedactionCounts(redacted.snapshot(), dryRun.snapshot());
    }

    // ---- what is redacted

    /**
     * All that a span says in words: name, status, names and values of attributes, events with their exceptions, links,
     * trace states, instrumentation scope and resource.
     */
    public SpanData redact(SpanData span) {
        SpanContext context = context(span.getSpanContext());
        SpanContext parent = context(span.getParentSpanContext());
        InstrumentationScopeInfo scope = scope(span.getInstrumentationScopeInfo());
        String name = values.text(span.getName());
        Attributes attributes = redacted(span.getAttributes());
        List<EventData> events = events(span.getEvents());
        List<LinkData> links = links(span.getLinks());
        StatusData status = status(span.getStatus());
        Resource resource = redact(span.getResource());
        boolean same = context == span.getSpanContext()
                && parent == span.getParentSpanContext()
                && scope == span.getInstrumentationScopeInfo()
                && name.equals(span.getName())
                && attributes == span.getAttributes()
                && events == span.getEvents()
                && links == span.getLinks()
                && status == span.getStatus()
                && resource == span.getResource();
        return same || settings.dryRun
                ? span
                : RedactedSpan.of(span, context, parent, resource, scope, name, attributes, events, links, status);
    }

    /**
     * All that a log record says in words: body, event name, severity, names and values of attributes, trace state,
     * instrumentation scope and resource.
     */
    public LogRecordData redact(LogRecordData log) {
        Value<?> body = log.getBodyValue();
        Value<?> bodyAfter =
                body == null ? null : values.searched(body, () -> AttributeWalk.system(log.getAttributes()));
        SpanContext context = context(log.getSpanContext());
        InstrumentationScopeInfo scope = scope(log.getInstrumentationScopeInfo());
        String severity = optional(log.getSeverityText());
        String eventName = optional(log.getEventName());
        Attributes attributes = redacted(log.getAttributes());
        Resource resource = redact(log.getResource());
        boolean same = bodyAfter == body
                && context == log.getSpanContext()
                && scope == log.getInstrumentationScopeInfo()
                && Objects.equals(severity, log.getSeverityText())
                && Objects.equals(eventName, log.getEventName())
                && attributes == log.getAttributes()
                && resource == log.getResource();
        return same || settings.dryRun
                ? log
                : RedactedLogRecord.of(log, context, resource, scope, severity, bodyAfter, attributes, eventName);
    }

    private @Nullable String optional(@Nullable String text) {
        return text == null ? null : values.text(text);
    }

    /** Description, attributes of points and exemplars, scope and resource of a metric. */
    public MetricData redact(MetricData metric) {
        MetricData after =
                metrics.redact(metric, redact(metric.getResource()), scope(metric.getInstrumentationScopeInfo()));
        return settings.dryRun ? metric : after;
    }

    /** What describes the process: its command line, for instance. */
    public Resource redact(Resource resource) {
        SeenResource known = seen;
        if (known.before == resource) {
            return known.after;
        }
        Attributes attributes = redacted(resource.getAttributes());
        String schema = optional(resource.getSchemaUrl());
        boolean same = attributes == resource.getAttributes() && Objects.equals(schema, resource.getSchemaUrl());
        Resource after = same || settings.dryRun ? resource : Resource.create(attributes, schema);
        seen = new SeenResource(resource, after);
        return after;
    }

    /** Attributes of anything. */
    public Attributes redact(Attributes attributes) {
        Attributes after = redacted(attributes);
        return settings.dryRun ? attributes : after;
    }

    private Attributes redacted(Attributes attributes) {
        return AttributeWalk.redact(attributes, values);
    }

    /** Any text: a message, a stack trace, a URL, a command line. */
    public String redactText(String text) {
        String after = values.text(text);
        return settings.dryRun ? text : after;
    }

    /**
     * Whether {@link #redactText} would take anything out of a text; never in a dry run. Not counted. For ids and the like,
     * which are refused whole rather than marked. Some 100 ns for one of 32 characters.
     */
    public boolean isSensitive(String text) {
        return !settings.dryRun && uncounted.pass(text) != text;
    }

    /**
     * Names and texts as in the MDC.
     *
     * @return the same map if nothing was found, otherwise a new one
     */
    public Map<String, String> redact(Map<String, String> texts) {
        Map<String, String> changed = null;
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            String value = entry.getValue();
            Object after = value == null ? null : values.redact(entry.getKey(), value, () -> null);
            if (after != null && !after.equals(value)) {
                changed = changed == null ? new LinkedHashMap<>(texts) : changed;
                changed.put(entry.getKey(), after.toString());
            }
        }
        return changed == null || settings.dryRun ? texts : Collections.unmodifiableMap(changed);
    }

    /**
     * Baggage goes to others in headers, so an entry that holds a secret is not marked but taken out. A person becomes a
     * pseudonym.
     */
    public Baggage redact(Baggage baggage) {
        Set<String> secret = new TreeSet<>();
        Map<String, String> pseudonyms = new TreeMap<>();
        baggage.forEach((name, entry) -> {
            if (names.of(name) == Treatment.IDENTITY) {
                pseudonyms.put(name, String.valueOf(values.redact(name, entry.getValue(), () -> null)));
            } else if (isSecret(name, entry)) {
                (settings.dryRun ? dryRun : redacted).add(Rule.BAGGAGE);
                secret.add(name);
            }
        });
        if ((secret.isEmpty() && pseudonyms.isEmpty()) || settings.dryRun) {
            return baggage;
        }
        BaggageBuilder builder = baggage.toBuilder();
        secret.forEach(builder::remove);
        pseudonyms.forEach(builder::put);
        return builder.build();
    }

    private boolean isSecret(String name, BaggageEntry entry) {
        Treatment treatment = names.of(name);
        if (treatment == Treatment.ALLOWED) {
            return false;
        }
        return treatment == Treatment.SECRET
                || !values.name(name).equals(name)
                || !values.text(entry.getValue()).equals(entry.getValue())
                || !values.text(entry.getMetadata().getValue())
                        .equals(entry.getMetadata().getValue());
    }

    private List<EventData> events(List<EventData> events) {
        List<EventData> changed = null;
        for (int i = 0; i < events.size(); i++) {
            EventData event = events.get(i);
            EventData after = event(event);
            if (after != event) {
                changed = changed == null ? new ArrayList<>(events) : changed;
                changed.set(i, after);
            }
        }
        return changed == null ? events : Collections.unmodifiableList(changed);
    }

    private EventData event(EventData event) {
        String name = values.text(event.getName());
        Attributes attributes = redacted(event.getAttributes());
        boolean same = name.equals(event.getName()) && attributes == event.getAttributes();
        return same ? event : EventData.create(event.getEpochNanos(), name, attributes, event.getTotalAttributeCount());
    }

    private List<LinkData> links(List<LinkData> links) {
        List<LinkData> changed = null;
        for (int i = 0; i < links.size(); i++) {
            LinkData link = links.get(i);
            SpanContext context = context(link.getSpanContext());
            Attributes attributes = redacted(link.getAttributes());
            if (context != link.getSpanContext() || attributes != link.getAttributes()) {
                changed = changed == null ? new ArrayList<>(links) : changed;
                changed.set(i, LinkData.create(context, attributes, link.getTotalAttributeCount()));
            }
        }
        return changed == null ? links : Collections.unmodifiableList(changed);
    }

    /** Trace states come in headers, so anybody may have written them. */
    private SpanContext context(SpanContext context) {
        TraceState state = context.getTraceState();
        TraceState after = state.isEmpty() ? state : traceState(state);
        if (after == state) {
            return context;
        }
        return context.isRemote()
                ? SpanContext.createFromRemoteParent(
                        context.getTraceId(), context.getSpanId(), context.getTraceFlags(), after)
                : SpanContext.create(context.getTraceId(), context.getSpanId(), context.getTraceFlags(), after);
    }

    /** What holds a secret is taken out, as from baggage: its syntax leaves no room for marks in names. */
    private TraceState traceState(TraceState state) {
        Set<String> secret = new TreeSet<>();
        state.forEach((key, value) -> {
            boolean same = values.redact(key, value, () -> null).equals(value)
                    && values.name(key).equals(key);
            if (!same) {
                secret.add(key);
            }
        });
        if (secret.isEmpty()) {
            return state;
        }
        TraceStateBuilder builder = state.toBuilder();
        secret.forEach(builder::remove);
        return builder.build();
    }

    private InstrumentationScopeInfo scope(InstrumentationScopeInfo scope) {
        String name = values.text(scope.getName());
        String version = optional(scope.getVersion());
        String schema = optional(scope.getSchemaUrl());
        Attributes attributes = redacted(scope.getAttributes());
        boolean same = name.equals(scope.getName())
                && Objects.equals(version, scope.getVersion())
                && Objects.equals(schema, scope.getSchemaUrl())
                && attributes == scope.getAttributes();
        return same ? scope : scopeOf(name, version, schema, attributes);
    }

    private static InstrumentationScopeInfo scopeOf(
            String name, @Nullable String version, @Nullable String schema, Attributes attributes) {
        InstrumentationScopeInfoBuilder builder =
                InstrumentationScopeInfo.builder(name).setAttributes(attributes);
        if (version != null) {
            builder.setVersion(version);
        }
        if (schema != null) {
            builder.setSchemaUrl(schema);
        }
        return builder.build();
    }

    private StatusData status(StatusData status) {
        String description = status.getDescription();
        String after = description.isEmpty() ? description : values.text(description);
        return after.equals(description) ? status : StatusData.create(status.getStatusCode(), after);
    }

    /** The settings, without the values that are kept. */
    @Override
    public String toString() {
        return "Redactor{secretKeys=" + settings.secretKeys + ", allowedKeys=" + settings.allowedKeys
                + ", pseudonymKeys=" + settings.pseudonymKeys + ", keptValues=" + settings.keptValues.size()
                + ", emails=" + settings.emails + ", ips=" + settings.ips + ", " + settings.pseudonyms
                + ", urls=" + settings.urls + ", statements=" + settings.statements
                + ", dryRun=" + settings.dryRun + "}";
    }

    /** Collects a redactor's settings. One thread at a time. */
    public static final class Builder {

        private final Set<String> secretKeys = new TreeSet<>();
        private final Set<String> allowedKeys = new TreeSet<>();
        private final Set<String> pseudonymKeys = new TreeSet<>();
        private final Set<String> keptValues = new HashSet<>();
        private EmailPolicy emails = EmailPolicy.KEEP;
        private IpPolicy ips = IpPolicy.KEEP;
        private @Nullable Pseudonyms pseudonyms;
        private boolean urls = true;
        private boolean statements = true;
        private boolean dryRun;

        private Builder() {}

        /**
         * Names whose values are secrets, besides the usual ones: {@code "employee-number"} also covers
         * {@code employeeNumber} and {@code hr.employee_number}, and what a text calls so. Default none.
         */
        public Builder secretKeys(String... keys) {
            addAll(secretKeys, keys, "secretKeys");
            return this;
        }

        /**
         * Names whose values stay as they are, unsearched: for names that the list wrongly takes for secrets. The
         * whole name counts, in any spelling: {@code "session.id"} covers {@code session_id} and not
         * {@code user.session.id}. Default none.
         */
        public Builder allowedKeys(String... keys) {
            addAll(allowedKeys, keys, "allowedKeys");
            return this;
        }

        /**
         * Names of attributes that hold persons' identities, such as {@code "enduser.id"}: their values become
         * pseudonyms. The whole name counts, in any spelling. A number becomes a text. Default none.
         */
        public Builder pseudonymKeys(String... keys) {
            addAll(pseudonymKeys, keys, "pseudonymKeys");
            return this;
        }

        /**
         * Values that stay, however they look: the card number of the payment provider's manual, say. Compared with
         * exactly what would be taken out. Default none.
         */
        public Builder keptValues(String... values) {
            keptValues.addAll(Arrays.asList(values));
            return this;
        }

        /** What becomes of e-mail addresses. Default they stay. Costs nothing for texts without an at sign. */
        public Builder emails(EmailPolicy policy) {
            this.emails = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** What becomes of internet addresses. Default they stay. */
        public Builder ips(IpPolicy policy) {
            this.ips = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * With which key pseudonyms are made. Default {@link Pseudonyms#perProcess()}, whose pseudonyms match those of
         * no other process.
         */
        public Builder pseudonyms(Pseudonyms pseudonyms) {
            this.pseudonyms = Objects.requireNonNull(pseudonyms, "pseudonyms");
            return this;
        }

        /**
         * Whether URLs lose user, password and secret parameters. Default true. Off, they are searched like other
         * texts.
         */
        public Builder urls(boolean redact) {
            this.urls = redact;
            return this;
        }

        /**
         * Whether statements to databases lose their data. Default true. Off, they are searched like other texts, so
         * that values without a telling name or look leave the process.
         */
        public Builder statements(boolean redact) {
            this.statements = redact;
            return this;
        }

        /**
         * Only counts what would be taken out, and lets everything leave as it is. For finding out what the rules do to
         * one's data before they do it. Default false.
         */
        public Builder dryRun(boolean dryRun) {
            this.dryRun = dryRun;
            return this;
        }

        private static void addAll(Set<String> names, String[] added, String setting) {
            for (String name : added) {
                if (KeyList.normalise(name).isEmpty()) {
                    throw new IllegalArgumentException(
                            setting + " has '" + name + "', must be a name with letters or digits");
                }
                names.add(name);
            }
        }

        /** Builds the redactor. */
        public Redactor build() {
            return new Redactor(new Settings(
                    Set.copyOf(secretKeys),
                    Set.copyOf(allowedKeys),
                    Set.copyOf(pseudonymKeys),
                    Set.copyOf(keptValues),
                    emails,
                    ips,
                    pseudonyms == null ? Pseudonyms.perProcess() : pseudonyms,
                    urls,
                    statements,
                    dryRun));
        }
    }
}
