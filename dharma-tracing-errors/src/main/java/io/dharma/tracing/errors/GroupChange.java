package io.dharma.tracing.errors;

import java.util.Objects;

/**
 * A group as this process knows it, because it is new or its state, release or samples changed. Not delivered for every
 * error. Counts and users are those of this process; a place where several processes keep their groups has to merge them:
 * {@link ErrorGroup#and}. Immutable; any thread.
 *
 * @param service who knows it so
 * @param known the group
 */
public record GroupChange(ServiceIdentity service, ErrorGroup known) implements ErrorRecord {

    public GroupChange {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(known, "known");
    }

    /** The group's: the newest change counts. */
    @Override
    public String id() {
        return known.id();
    }

    @Override
    public String group() {
        return known.id();
    }
}
