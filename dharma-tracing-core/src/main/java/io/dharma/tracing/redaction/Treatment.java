package io.dharma.tracing.redaction;

/** What is done with the value of an attribute, by the attribute's name. */
enum Treatment {

    /** Nothing: its name is on the user's list. */
    ALLOWED,

    /** Gone, whatever it is. */
    SECRET,

    /** A person's identity. */
    IDENTITY,

    /** A URL's query, without the question mark. */
    QUERY,

    /** What was sent to a database. */
    STATEMENT,

    /** A value that a statement was sent with. */
    PARAMETER,

    /** The correlation id, which was searched before it was taken: kept if it is an id, otherwise as any other. */
    CORRELATION,

    /** Any other: texts are searched. */
    SEARCHED
}
