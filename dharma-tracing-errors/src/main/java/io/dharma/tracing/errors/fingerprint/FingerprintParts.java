package io.dharma.tracing.errors.fingerprint;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Fingerprint}'s ids are made of, to start from for a {@link FingerprintRule} of one's own. What has the
 * same parts has the same id. Immutable; any thread.
 *
 * @param group by default type, class and method, and line
 * @param family by default type, class and method
 * @param exact by default types and methods of the whole chain
 * @param explanation what was found in the trace, and why that
 */
public record FingerprintParts(List<String> group, List<String> family, List<String> exact, Explanation explanation) {

    public FingerprintParts {
        group = List.copyOf(group);
        family = List.copyOf(family);
        exact = List.copyOf(exact);
    }

    /** The same with another group: errors of the same parts are one, whatever they are. */
    public FingerprintParts withGroup(String... parts) {
        return new FingerprintParts(List.of(parts), family, exact, explanation);
    }

    /** The same with another family. */
    public FingerprintParts withFamily(String... parts) {
        return new FingerprintParts(group, List.of(parts), exact, explanation);
    }

    /** The same with a finer group: only what also has this in common, a tenant's kind or a status, is one. */
    public FingerprintParts andBy(String... parts) {
        return new FingerprintParts(joined(group, parts), family, exact, explanation);
    }

    private static List<String> joined(List<String> parts, String... more) {
        List<String> all = new ArrayList<>(parts);
        all.addAll(List.of(more));
        return all;
    }
}
