package io.dharma.tracing.context;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a correlation id came about: so that whoever reads a chain knows how far to believe that all of it is one request.
 *
 * <p>Immutable; any thread.
 */
public final class CorrelationTrust {

    /** What became of an id that was offered, or was not. */
    public enum Outcome {
        /** It is the one that the caller sent. */
        ACCEPTED,

        /** Nobody had sent one. */
        CREATED,

        /** Somebody had sent one that was refused, and it is another. */
        REPLACED
    }

    private static final CorrelationTrust CREATED = new CorrelationTrust(CorrelationSource.NEW, Outcome.CREATED);

    private final CorrelationSource source;
    private final Outcome outcome;
    private final @Nullable CorrelationRefusal refusal;
    private final @Nullable String refusedHash;

    private CorrelationTrust(CorrelationSource source, Outcome outcome) {
        this(source, outcome, null, null);
    }

    private CorrelationTrust(
            CorrelationSource source,
            Outcome outcome,
            @Nullable CorrelationRefusal refusal,
            @Nullable String refusedHash) {
        this.source = source;
        this.outcome = outcome;
        this.refusal = refusal;
        this.refusedHash = refusedHash;
    }

    /** An id that was made here because nobody had sent one. */
    public static CorrelationTrust created() {
        return CREATED;
    }

    /** An id from {@code source}, which is within this process, because nobody had sent one. */
    public static CorrelationTrust created(CorrelationSource source) {
        return new CorrelationTrust(Objects.requireNonNull(source, "source"), Outcome.CREATED);
    }

    /** An id that was found in {@code source} and taken as it was. */
    public static CorrelationTrust accepted(CorrelationSource source) {
        return new CorrelationTrust(Objects.requireNonNull(source, "source"), Outcome.ACCEPTED);
    }

    /**
     * An id from {@code source} in the place of one that was refused.
     *
     * @param hash of the refused value, see {@link #refusedHash()}
     */
    public static CorrelationTrust replaced(
            CorrelationSource source, CorrelationRefusal refusal, @Nullable String hash) {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(refusal, "refusal");
        return new CorrelationTrust(source, Outcome.REPLACED, refusal, hash);
    }

    /** Where the id was found. */
    public CorrelationSource source() {
        return source;
    }

    /** Accepted, created or replaced. */
    public Outcome outcome() {
        return outcome;
    }

    /** Why the first id that was offered was refused; null if none was. */
    public @Nullable CorrelationRefusal refusal() {
        return refusal;
    }

    /**
     * A keyed hash of the id that was refused, by {@link io.dharma.tracing.redaction.Pseudonyms}, so that a caller who
     * names theirs can be told whether it was that one. The value itself is kept nowhere: a refused id is text that a
     * stranger chose, or somebody's address that a colleague mistook for an id. Null if there was none to hash.
     */
    public @Nullable String refusedHash() {
        return refusedHash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CorrelationTrust that
                && source == that.source
                && outcome == that.outcome
                && refusal == that.refusal
                && Objects.equals(refusedHash, that.refusedHash);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, outcome, refusal, refusedHash);
    }

    @Override
    public String toString() {
        String found = outcome + " from " + source;
        return refusal == null ? found : found + " for one that was " + refusal;
    }
}
