package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One failure: what was thrown, where, in which request, and what was known around it. Immutable; any thread.
 *
 * <p>Messages, MDC, breadcrumbs and names have been redacted before one is made, where the tracker has a redactor.
 */
public final class ErrorEvent implements ErrorRecord {

    private final String id;
    private final Instant time;
    private final ServiceIdentity service;
    private final Fingerprint fingerprint;
    private final StackTraceModel trace;
    private final Severity severity;
    private final Category category;
    private final Mechanism mechanism;
    private final boolean handled;
    private final @Nullable String operation;
    private final @Nullable String traceId;
    private final @Nullable String spanId;
    private final @Nullable String correlationId;
    private final @Nullable String requestId;
    private final @Nullable String conversationId;
    private final @Nullable String userKey;
    private final @Nullable String thread;
    private final @Nullable String logger;
    private final @Nullable String logMessage;
    private final Map<String, String> labels;
    private final List<Breadcrumb> breadcrumbs;

    /** Held by who sends it, and by nobody once it is sent. */
    private volatile @Nullable WeakReference<byte[]> document;

    private ErrorEvent(Builder builder) {
        this.id = builder.id;
        this.time = builder.time;
        this.service = builder.service;
        this.fingerprint = builder.fingerprint;
        this.trace = builder.trace;
        this.severity = builder.severity;
        this.category = builder.category;
        this.mechanism = builder.mechanism;
        this.handled = builder.handled;
        this.operation = builder.operation;
        this.traceId = builder.traceId;
        this.spanId = builder.spanId;
        this.correlationId = builder.correlationId;
        this.requestId = builder.requestId;
        this.conversationId = builder.conversationId;
        this.userKey = builder.userKey;
        this.thread = builder.thread;
        this.logger = builder.logger;
        this.logMessage = builder.logMessage;
        this.labels = builder.labels;
        this.breadcrumbs = builder.breadcrumbs;
    }

    /**
     * Begins one.
     *
     * @param id unique; 32 hex digits that sort by time
     * @param time when it was captured
     * @param service whose it is
     * @param fingerprint which error it is
     * @param trace what was thrown
     */
    public static Builder builder(
            String id, Instant time, ServiceIdentity service, Fingerprint fingerprint, StackTraceModel trace) {
        return new Builder(id, time, service, fingerprint, trace);
    }

    /** The same as a builder, for who adds to it or changes it. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The same with another fingerprint and trace. */
    Builder toBuilder(Fingerprint otherFingerprint, StackTraceModel otherTrace) {
        return new Builder(this, otherFingerprint, otherTrace);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String group() {
        return fingerprint.group();
    }

    /** When it was captured. */
    public Instant time() {
        return time;
    }

    /** Whose it is. */
    public ServiceIdentity service() {
        return service;
    }

    /** Which error it is, and why. */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    /** What was thrown, with its causes. */
    public StackTraceModel trace() {
        return trace;
    }

    /** The class of what was thrown. */
    public String type() {
        return trace.outermost().type();
    }

    /** What it said; empty where it said nothing. */
    public Optional<String> message() {
        return Optional.ofNullable(trace.outermost().message());
    }

    /** How bad it is. */
    public Severity severity() {
        return severity;
    }

    /** What kind of trouble. */
    public Category category() {
        return category;
    }

    /** How it came to be known. */
    public Mechanism mechanism() {
        return mechanism;
    }

    /** Whether somebody caught it who can go on: false for what ended a thread or left a block. */
    public boolean handled() {
        return handled;
    }

    /** The traced block in which it happened. */
    public Optional<String> operation() {
        return Optional.ofNullable(operation);
    }

    /** The trace in which it happened. */
    public Optional<String> traceId() {
        return Optional.ofNullable(traceId);
    }

    /** The span in which it happened. */
    public Optional<String> spanId() {
        return Optional.ofNullable(spanId);
    }

    /** The correlation in which it happened. */
    public Optional<String> correlationId() {
        return Optional.ofNullable(correlationId);
    }

    /** The request in which it happened. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /** The conversation in which it happened. */
    public Optional<String> conversationId() {
        return Optional.ofNullable(conversationId);
    }

    /** The pseudonym of the user to whom it happened. */
    public Optional<String> userKey() {
        return Optional.ofNullable(userKey);
    }

    /** The name of the thread. */
    public Optional<String> thread() {
        return Optional.ofNullable(thread);
    }

    /** Who logged it. */
    public Optional<String> logger() {
        return Optional.ofNullable(logger);
    }

    /** What was logged with it. */
    public Optional<String> logMessage() {
        return Optional.ofNullable(logMessage);
    }

    /** Attributes of the correlation, and what the MDC had of that which may leave the process. */
    public Map<String, String> labels() {
        return labels;
    }

    /** What happened before, the oldest first. */
    public List<Breadcrumb> breadcrumbs() {
        return breadcrumbs;
    }

    /** See {@link ErrorDocument}. */
    byte[] document() {
        WeakReference<byte[]> known = document;
        byte[] bytes = known == null ? null : known.get();
        if (bytes == null) {
            bytes = ErrorDocument.make(this);
            document = new WeakReference<>(bytes);
        }
        return bytes;
    }

    /** Id, group and the error in short. */
    @Override
    public String toString() {
        return "ErrorEvent[" + id + ", " + group() + ", " + trace.outermost() + "]";
    }

    /** Collects what an event has. One thread at a time. */
    public static final class Builder {

        private final String id;
        private final Instant time;
        private final ServiceIdentity service;
        private final Fingerprint fingerprint;
        private final StackTraceModel trace;
        private Severity severity = Severity.ERROR;
        private Category category = Category.OTHER;
        private Mechanism mechanism = Mechanism.CAPTURE;
        private boolean handled = true;
        private @Nullable String operation;
        private @Nullable String traceId;
        private @Nullable String spanId;
        private @Nullable String correlationId;
        private @Nullable String requestId;
        private @Nullable String conversationId;
        private @Nullable String userKey;
        private @Nullable String thread;
        private @Nullable String logger;
        private @Nullable String logMessage;
        private Map<String, String> labels = Map.of();
        private List<Breadcrumb> breadcrumbs = List.of();

        private Builder(
                String id, Instant time, ServiceIdentity service, Fingerprint fingerprint, StackTraceModel trace) {
            this.id = Objects.requireNonNull(id, "id");
            this.time = Objects.requireNonNull(time, "time");
            this.service = Objects.requireNonNull(service, "service");
            this.fingerprint = Objects.requireNonNull(fingerprint, "fingerprint");
            this.trace = Objects.requireNonNull(trace, "trace");
        }

        private Builder(ErrorEvent event) {
            this(event, event.fingerprint, event.trace);
        }

        private Builder(ErrorEvent event, Fingerprint fingerprint, StackTraceModel trace) {
            this(event.id, event.time, event.service, fingerprint, trace);
            this.severity = event.severity;
            this.category = event.category;
            this.mechanism = event.mechanism;
            this.handled = event.handled;
            this.operation = event.operation;
            this.traceId = event.traceId;
            this.spanId = event.spanId;
            this.correlationId = event.correlationId;
            this.requestId = event.requestId;
            this.conversationId = event.conversationId;
            this.userKey = event.userKey;
            this.thread = event.thread;
            this.logger = event.logger;
            this.logMessage = event.logMessage;
            this.labels = event.labels;
            this.breadcrumbs = event.breadcrumbs;
        }

        /** Default {@link Severity#ERROR}. */
        public Builder severity(Severity newSeverity) {
            severity = Objects.requireNonNull(newSeverity, "severity");
            return this;
        }

        /** Default {@link Category#OTHER}. */
        public Builder category(Category newCategory) {
            category = Objects.requireNonNull(newCategory, "category");
            return this;
        }

        /** Default {@link Mechanism#CAPTURE}. */
        public Builder mechanism(Mechanism newMechanism) {
            mechanism = Objects.requireNonNull(newMechanism, "mechanism");
            return this;
        }

        /** Default true. */
        public Builder handled(boolean isHandled) {
            handled = isHandled;
            return this;
        }

        /** Default none. */
        public Builder operation(@Nullable String name) {
            operation = name;
            return this;
        }

        /** Default none. */
        public Builder span(@Nullable String newTraceId, @Nullable String newSpanId) {
            traceId = newTraceId;
            spanId = newSpanId;
            return this;
        }

        /** Default none. */
        public Builder correlation(
                @Nullable String newCorrelationId, @Nullable String newRequestId, @Nullable String newConversationId) {
            correlationId = newCorrelationId;
            requestId = newRequestId;
            conversationId = newConversationId;
            return this;
        }

        /** Default none. */
        public Builder userKey(@Nullable String pseudonym) {
            userKey = pseudonym;
            return this;
        }

        /** Default none. */
        public Builder thread(@Nullable String name) {
            thread = name;
            return this;
        }

        /** Default none. */
        public Builder logged(@Nullable String newLogger, @Nullable String message) {
            logger = newLogger;
            logMessage = message;
            return this;
        }

        /** Default none. */
        public Builder labels(Map<String, String> newLabels) {
            labels = Map.copyOf(newLabels);
            return this;
        }

        /** Default none. */
        public Builder breadcrumbs(List<Breadcrumb> newBreadcrumbs) {
            breadcrumbs = List.copyOf(newBreadcrumbs);
            return this;
        }

        /** The event; the builder can be used again. */
        public ErrorEvent build() {
            return new ErrorEvent(this);
        }
    }
}
