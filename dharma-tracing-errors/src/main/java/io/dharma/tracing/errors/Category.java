package io.dharma.tracing.errors;

/** What kind of trouble an error is, so that it reaches the people who can end it. */
public enum Category {
    /** A peer was not reached or did not keep the connection. */
    NETWORK,
    /** A database refused, or could not be reached. */
    DATABASE,
    /** Something took longer than it was given. */
    TIMEOUT,
    /** What a caller sent was not as it has to be. */
    VALIDATION,
    /** Somebody was not who they had to be, or not allowed to. */
    SECURITY,
    /** Memory, threads, disk, connections or a quota ran out. */
    RESOURCE_EXHAUSTION,
    /** A setting, a file or a class is missing or wrong. */
    CONFIGURATION,
    /** The code is wrong: null where nothing may be null, an index out of bounds, a cast that fails. */
    PROGRAMMING,
    /** Another service answered with a failure of its own. */
    EXTERNAL_SERVICE,
    /** Somebody gave up: the client went away, the task was cancelled, the thread interrupted. */
    CANCELLATION,
    /** Something could not be read or written as data: a document, a message, an object. */
    SERIALIZATION,
    /** A file or a disk. */
    IO,
    /** Two did the same at once: an optimistic lock, a deadlock, a duplicate key. */
    CONCURRENCY,
    /** None of these. */
    OTHER
}
