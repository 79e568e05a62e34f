package io.dharma.tracing.correlation;

import java.util.List;

/**
 * What became of a wish to erase. Immutable.
 *
 * @param chains how many chains were removed, by the store that removed most
 * @param failed the names of the stores that did not confirm it, so that it has to be wished again; empty if it is done
 */
public record Erasure(int chains, List<String> failed) {

    public Erasure {
        failed = List.copyOf(failed);
    }

    /** Whether every store confirmed it. */
    public boolean isComplete() {
        return failed.isEmpty();
    }
}
