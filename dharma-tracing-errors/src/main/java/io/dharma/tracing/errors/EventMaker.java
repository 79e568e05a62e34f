package io.dharma.tracing.errors;

import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.errors.classify.Classification;
import io.dharma.tracing.errors.classify.Classifier;
import io.dharma.tracing.errors.classify.ErrorTypes;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.Fingerprinter;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.redaction.Redactor;
import io.dharma.tracing.spi.TimeOrderedIds;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes events: reads what was thrown, takes secrets out, and finds out which error it is. Takes some 50 us and calls methods
 * of the throwable, which are the application's.
 */
final class EventMaker {

    private static final int MAX_TEXT = 1_024;

    private final ServiceIdentity service;
    private final Fingerprinter fingerprinter;
    private final Classifier classifier;
    private final @Nullable Redactor redactor;
    private final UnaryOperator<String> redaction;

    EventMaker(
            ServiceIdentity service, Fingerprinter fingerprinter, Classifier classifier, @Nullable Redactor redactor) {
        this.service = service;
        this.fingerprinter = fingerprinter;
        this.classifier = classifier;
        this.redactor = redactor;
        this.redaction = redactor == null ? UnaryOperator.identity() : redactor::redactText;
    }

    ErrorEvent event(CapturedError captured) {
        // First: what is in the fingerprint's words, and in the group's title, was in a message.
        StackTraceModel trace = StackTraceModel.of(captured.throwable()).withMessages(redaction);
        Fingerprint fingerprint = fingerprinter.fingerprint(trace);
        Classification classification = classifier.classify(trace, ErrorTypes.of(captured.throwable()));
        CaptureDetails details = captured.details();
        Instant time = instant(captured.epochNanos());
        ErrorEvent.Builder event = ErrorEvent.builder(
                        TimeOrderedIds.at(time.toEpochMilli()), time, service, fingerprint, trace)
                .severity(severity(details, classification))
                .category(classification.category())
                .mechanism(details.mechanism())
                .handled(details.handled())
                .operation(text(captured.site().operation()))
                .thread(text(captured.thread()))
                .logged(text(details.logger()), text(details.logMessage()))
                .labels(labels(captured))
                .breadcrumbs(breadcrumbs(captured.breadcrumbs()));
        if (captured.span().isValid()) {
            event.span(captured.span().getTraceId(), captured.span().getSpanId());
        }
        CorrelationContext correlation = captured.correlation();
        if (correlation != null) {
            event.correlation(correlation.correlationId(), correlation.requestId(), correlation.conversationId())
                    .userKey(correlation.userKey());
        }
        return event.build();
    }

    /** Who logged it may know better, but not that a process without memory is well. */
    private static Severity severity(CaptureDetails details, Classification classification) {
        Severity said = details.severity();
        return said == null || classification.severity() == Severity.FATAL ? classification.severity() : said;
    }

    static Instant instant(long epochNanos) {
        return Instant.ofEpochSecond(0, epochNanos);
    }

    private @Nullable String text(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String redacted = redaction.apply(text);
        return redacted.length() <= MAX_TEXT ? redacted : redacted.substring(0, MAX_TEXT);
    }

    private Map<String, String> labels(CapturedError captured) {
        Map<String, String> labels = new HashMap<>(captured.mdc());
        if (captured.correlation() != null) {
            labels.putAll(captured.correlation().attributes());
        }
        return redactor == null ? labels : redactor.redact(labels);
    }

    private List<Breadcrumb> breadcrumbs(List<Breadcrumb> breadcrumbs) {
        return breadcrumbs.stream()
                .map(breadcrumb -> new Breadcrumb(
                        breadcrumb.time(),
                        redaction.apply(breadcrumb.category()),
                        redaction.apply(breadcrumb.message())))
                .toList();
    }

    /** Once more what code of the application may have added. */
    ErrorEvent redacted(ErrorEvent event) {
        if (redactor == null) {
            return event;
        }
        return event.toBuilder()
                .operation(text(event.operation().orElse(null)))
                .logged(
                        text(event.logger().orElse(null)),
                        text(event.logMessage().orElse(null)))
                .labels(redactor.redact(event.labels()))
                .breadcrumbs(breadcrumbs(event.breadcrumbs()))
                .build();
    }
}
