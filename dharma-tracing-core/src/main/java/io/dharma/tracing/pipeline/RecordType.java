package io.dharma.tracing.pipeline;

/**
 * What a {@link Pipeline} has to know about a record while the caller waits.
 *
 * <p>Both methods run on the caller's thread, several at once. They must take no lock and allocate nothing; should
 * one throw, the record is dropped and counted as {@link DropReason#CONVERT_FAILED}.
 *
 * @param <I> what is offered
 */
public interface RecordType<I> {

    /** How much heap the record holds while it waits, in bytes; an estimate, at least 1. */
    int sizeOf(I record);

    /** Whether this record goes before ordinary ones. */
    Priority priority(I record);
}
