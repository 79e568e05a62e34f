package io.dharma.tracing.errors;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How often an error happened in one minute, in one operation of one process: one part of that, since the minute goes on
 * and nobody should have to wait for its end. The counts of all parts add up to exactly what happened, whether or not
 * each occurrence was kept as an {@link ErrorEvent}. Immutable; any thread.
 *
 * @param id unique to service instance, group, operation, minute and part
 * @param group which error
 * @param family which family of errors
 * @param service where
 * @param operation in which traced block; null outside of one
 * @param epochMinute when, in minutes since 1970
 * @param count how often since the part before, at least 1
 * @param total how often in this minute so far, this part included
 */
public record ErrorCount(
        String id,
        String group,
        String family,
        ServiceIdentity service,
        @Nullable String operation,
        long epochMinute,
        long count,
        long total)
        implements ErrorRecord {

    /** @throws IllegalArgumentException if the count is not positive, or more than the total */
    public ErrorCount {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(family, "family");
        Objects.requireNonNull(service, "service");
        if (count < 1 || total < count) {
            throw new IllegalArgumentException("count must be between 1 and total, but is " + count + " of " + total);
        }
    }
}
