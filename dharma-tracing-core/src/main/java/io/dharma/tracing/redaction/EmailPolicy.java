package io.dharma.tracing.redaction;

/** What becomes of e-mail addresses in values. */
public enum EmailPolicy {

    /** They stay. */
    KEEP,

    /** Who it is goes, at which provider or company stays: {@code ***@example.com}. */
    MASK,

    /** The whole address becomes a pseudonym, the same for the same address; see {@link Pseudonyms}. */
    PSEUDONYM
}
