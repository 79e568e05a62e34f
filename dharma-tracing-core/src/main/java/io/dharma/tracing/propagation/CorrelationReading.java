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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds out which correlation one incoming request belongs to. For one thread, once. */
final class CorrelationReading {

    private final CorrelationPropagation rules;
    private final Context before;
    private final Context context;
    private boolean trusted;
    private @Nullable CorrelationSource source;
    private @Nullable String correlationId;
    private @Nullable String requestId;
    private @Nullable CorrelationOffer refused;

    /**
     * Of a request.
     *
     * @param before what was current where it is read
     * @param context the same with the trace and the baggage of the request
     */
    CorrelationReading(CorrelationPropagation rules, Context before, Context context) {
        this.rules = rules;
        this.before = before;
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
        if (present != null && isPartOf(present)) {
            return present;
        }
        CorrelationContext begun = begin();
        rules.tally().began(begun.trust());
        return begun;
    }

    /**
     * Whether the request goes on with a correlation that is there already: it is read for a second time, or within a job,
     * and says nothing of its own. One whose id was refused, or that is part of another trace, says enough: it is a stranger
     * to the loop that takes it from a queue.
     */
    private boolean isPartOf(CorrelationContext present) {
        if (correlationId != null) {
            return correlationId.equals(present.correlationId());
        }
        return refused == null ? !isOfAnotherTrace() : isReplacedBy(present.trust(), refused);
    }

    private boolean isReplacedBy(CorrelationTrust trust, CorrelationOffer offer) {
        return trust.refusal() == offer.refusal() && Objects.equals(trust.refusedHash(), rules.hash(offer.value()));
    }

    private boolean isOfAnotherTrace() {
        SpanContext brought = spanIn(context);
        SpanContext current = spanIn(before);
        return brought != null
                && brought.isRemote()
                && (current == null || !brought.getTraceId().equals(current.getTraceId()));
    }

    private <C> void search(@Nullable C carrier, TextMapGetter<C> getter) {
        trusted = rules.trusts(carrier, getter);
        boolean found =
                take(CorrelationSource.BAGGAGE, CorrelationOffer.inBaggage(Baggage.fromContext(context), trusted))
                        || take(
                                CorrelationSource.CORRELATION_HEADER,
                                CorrelationOffer.inHeader(rules.correlationHeader(), carrier, getter, trusted));
        HeaderName header = rules.requestHeader();
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

    private @Nullable String inBaggage(String key) {
        return CorrelationBaggage.only(Baggage.fromContext(context), key);
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
        SpanContext trace = spanIn(context);
        boolean usable = trace != null && CorrelationRefusal.of(trace.getTraceId()) == null;
        return usable && trace != null && (trusted || !trace.isRemote()) ? trace : null;
    }

    /** Null if there is none that is valid. */
    private static @Nullable SpanContext spanIn(Context context) {
        try {
            SpanContext span = Span.fromContext(context).getSpanContext();
            return span.isValid() && span.getTraceId() != null ? span : null;
        } catch (Throwable hostile) {
            // A span may be the application's own.
            ContainedPropagator.passOnIfFatal(hostile);
            return null;
        }
    }
}
