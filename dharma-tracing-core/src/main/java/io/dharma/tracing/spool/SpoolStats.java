package io.dharma.tracing.spool;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Spool} has done so far; all numbers count records since it was built, unless they say otherwise.
 *
 * @param directory where it is
 * @param state how it is doing
 * @param reason why it does not write, in one line; null if it does
 * @param bytes how many bytes its segments have on disk now, those of earlier processes included
 * @param segments how many there are
 * @param written records that were taken for writing
 * @param notWritten records that were not: the disk did not take them, or they are too long
 * @param lost records that were deleted, or found deleted, although a sink had yet to get them from here, and those that
 *     the disk did not take even in the end; counted once for each such sink
 * @param adopted records of earlier processes that were found and taken over
 * @param corrupt damaged places that were passed while reading, or cut off at the end of what an earlier process left;
 *     each cost one record or more
 */
public record SpoolStats(
        Path directory,
        SpoolState state,
        @Nullable String reason,
        long bytes,
        int segments,
        long written,
        long notWritten,
        long lost,
        long adopted,
        long corrupt) {}
