package io.dharma.tracing.propagation;

import io.dharma.tracing.context.Correlation;
import io.dharma.tracing.context.CorrelationContext;
import io.dharma.tracing.context.CorrelationRefusal;
import io.dharma.tracing.context.CorrelationSource;
import io.dharma.tracing.context.CorrelationTrust;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import org.jspecify.annotations.Nullable;

/** Finds out which correlation one incoming request belongs to. For one thread, once. */
final class CorrelationReading {

    private final CorrelationPropagation rules;
    private final Context context;
    private boolean trusted;
    private @Nullable CorrelationSource source;
    private @Nullable String correlationId;
    private @Nullable String requestId;
    private @Nullable CorrelationOffer refused;

    /** Of a context with the trace and the baggage of the request. */
    CorrelationReading(CorrelationPropagation rules, Context context) {
        this.rules = rules;
        this.context = context;
    }

    /** The correlation to go on with. What cannot be read is counted, and is as if it had not been sent. */
    <C> CorrelationContext read(@Nullable C carrier, TextMapGetter<C> getter) {
        try {
            search(carrier, getter);
        } catch (Throwable failure) {
            ContainedPropagator.passOnIfFatal(failure);
            refuse(new CorrelationOffer("", CorrelationRefusal.UNREADABLE));
        }
        CorrelationContext present = Correlation.from(context);
        if (present != null && (correlationId == null || correlationId.equals(present.correlationId()))) {
            // The request is read for a second time, or within a job that has a correlation of its own.
            return present;
        }
        CorrelationContext begun = begin();
        rules.tally().began(begun.trust());
        return begun;
    }

    private <C> void search(@Nullable C carrier, TextMapGetter<C> getter) {
        trusted = rules.trusts(carrier, getter);
        boolean found = take(CorrelationSource.BAGGAGE, offerInBaggage())
                || take(
                        CorrelationSource.CORRELATION_HEADER,
                        CorrelationOffer.inHeader(rules.correlationHeader(), carrier, getter, trusted));
        String header = rules.requestHeader();
        CorrelationOffer request = header == null ? null : CorrelationOffer.inHeader(header, carrier, getter, trusted);
        if (request != null && request.refusal() == null) {
            requestId = request.value();
        }
        if (!found) {
            take(CorrelationSource.REQUEST_HEADER, request);
        } else if (request != null && request.refusal() != null) {
            rules.tally().refused(request.refusal());
        }
    }

    private @Nullable CorrelationOffer offerInBaggage() {
        return CorrelationOffer.of(inBaggage(CorrelationBaggage.CORRELATION_ID), trusted);
    }

    private @Nullable String inBaggage(String key) {
        return Baggage.fromContext(context).getEntryValue(key);
    }

    /** Whether there is an id, and it can be taken. */
    private boolean take(CorrelationSource from, @Nullable CorrelationOffer offer) {
        if (offer == null) {
            return false;
        }
        if (offer.refusal() != null) {
            refuse(offer);
            return false;
        }
        source = from;
        correlationId = offer.value();
        return true;
    }

    private void refuse(CorrelationOffer offer) {
        if (offer.refusal() != null) {
            rules.tally().refused(offer.refusal());
        }
        if (refused == null) {
            refused = offer;
        }
    }

    private CorrelationContext begin() {
        CorrelationSource from = source;
        String id = correlationId;
        boolean sent = id != null;
        if (id == null) {
            SpanContext trace = trace();
            id = trace == null ? null : trace.getTraceId();
            from = id == null ? CorrelationSource.NEW : CorrelationSource.TRACE;
            sent = trace != null && trace.isRemote();
        }
        CorrelationContext.Builder begun = CorrelationContext.builder()
                .correlationId(id, trust(from == null ? CorrelationSource.NEW : from, sent))
                .requestId(requestId);
        if (from == CorrelationSource.BAGGAGE) {
            return begun.causationId(inBaggage(CorrelationBaggage.REQUEST_ID))
                    .conversationId(inBaggage(CorrelationBaggage.CONVERSATION_ID))
                    .originService(inBaggage(CorrelationBaggage.ORIGIN_SERVICE))
                    .build();
        }
        return begun.originService(sent ? null : rules.service()).build();
    }

    private CorrelationTrust trust(CorrelationSource from, boolean sent) {
        CorrelationOffer instead = refused;
        if (instead != null && instead.refusal() != null) {
            return CorrelationTrust.replaced(from, instead.refusal(), rules.hash(instead.value()));
        }
        return sent ? CorrelationTrust.accepted(from) : CorrelationTrust.created(from);
    }

    /** The trace that the request is part of, if its id may be taken; a stranger's is as strange as their other ids. */
    private @Nullable SpanContext trace() {
        try {
            SpanContext trace = Span.fromContext(context).getSpanContext();
            boolean usable = trace.isValid() && CorrelationRefusal.of(trace.getTraceId()) == null;
            return usable && (trusted || !trace.isRemote()) ? trace : null;
        } catch (Throwable hostile) {
            // A span may be the application's own.
            ContainedPropagator.passOnIfFatal(hostile);
            return null;
        }
    }
}
