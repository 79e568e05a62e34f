package io.dharma.tracing.errors.fingerprint;

/**
 * Which failure it was. Each id begins with the version of the rules ({@code v1-}), so that those of other versions are
 * never taken for equal; 32 hex digits follow. Immutable; any thread.
 *
 * @param group the same for what is the same error to a developer: type, method, and line within the method
 * @param family the same even after the method was edited: type and method. A group that is new, of a family that had one
 *     group before, is that one
 * @param exact the same for what was thrown in the same way: types and methods of the whole chain, and the group's line
 * @param explanation why, in words
 */
public record Fingerprint(String group, String family, String exact, Explanation explanation) {

    /** The version of the rules. Others will group differently, and begin differently. */
    public static final String VERSION = "v1";

    static Fingerprint of(FingerprintParts parts) {
        return new Fingerprint(
                Digest.of("group", parts.group()),
                Digest.of("family", parts.family()),
                Digest.of("exact", parts.exact()),
                parts.explanation());
    }
}
