package io.dharma.tracing.context;

import io.dharma.tracing.internal.text.IdSyntax;
import io.dharma.tracing.spi.SensitiveIds;
import org.jspecify.annotations.Nullable;

/**
 * Why an id that somebody offered was not taken.
 *
 * <p>An id has 8 to 128 ASCII characters: a letter or digit first, then letters, digits and any of {@code . _ : + / = -}.
 * That lets through UUIDs, ULIDs, trace ids, base64 and what most gateways make, and nothing that could end a header,
 * a line of a log or a key of a database. What does not fit is refused whole: an id that was cut or cleaned could be
 * another request's.
 */
public enum CorrelationRefusal {
    /** There was a header, or an entry of baggage, with nothing in it. */
    EMPTY,

    /** Fewer than 8 characters, which do not tell requests apart. */
    TOO_SHORT,

    /** More than 128 characters. */
    TOO_LONG,

    /** A control character: the end of a line, NUL, a tab. Somebody may be trying to forge a header or a log line. */
    CONTROL_CHARACTER,

    /** Another character that an id cannot have, or not in that place: a blank, a comma, any that is not ASCII. */
    WRONG_CHARACTER,

    /** The header, or the entry of baggage, came several times, with different values. */
    AMBIGUOUS,

    /**
     * It looks like a secret: the number of a card or an account, a web token, somebody's key. Redaction would take it out
     * of spans, which could then not be found by it, while it stood in logs, headers and stores for all to read. To let one
     * through that only looks like that, name it among the values that redaction keeps.
     */
    SENSITIVE,

    /** The caller is not among those whose ids are taken. */
    UNTRUSTED,

    /** Reading the headers failed: the request object threw. */
    UNREADABLE;

    /**
     * What is wrong with an id by itself; null if nothing is. Looks at no more than 128 characters, however many there are.
     * Whether it is sensitive is not asked here, for that depends on what is redacted; see {@link #inThisProcess}.
     */
    public static @Nullable CorrelationRefusal of(String id) {
        if (id.isEmpty()) {
            return EMPTY;
        }
        int wrong = IdSyntax.firstWrong(id);
        if (wrong >= 0) {
            return Character.isISOControl(id.charAt(wrong)) ? CONTROL_CHARACTER : WRONG_CHARACTER;
        }
        if (id.length() > IdSyntax.LONGEST) {
            return TOO_LONG;
        }
        return id.length() < IdSyntax.SHORTEST ? TOO_SHORT : null;
    }

    /**
     * As {@link #of}, and {@link #SENSITIVE} where a tracer runs whose redaction would take the id out. Some 100 ns more; to
     * be asked by integrations of ids that others sent.
     */
    public static @Nullable CorrelationRefusal inThisProcess(String id) {
        CorrelationRefusal refusal = of(id);
        return refusal == null && SensitiveIds.include(id) ? SENSITIVE : refusal;
    }
}
