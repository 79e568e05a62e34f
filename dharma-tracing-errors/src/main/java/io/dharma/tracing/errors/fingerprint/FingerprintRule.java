package io.dharma.tracing.errors.fingerprint;

/**
 * An application's own way to group, starting from the default one:
 *
 * <pre>{@code
 * (trace, parts) -> trace.outermost().type().equals("com.acme.GatewayException")
 *         ? parts.withGroup("gateway") : parts
 * }</pre>
 *
 * <p>Called by whoever calls {@link Fingerprinter#fingerprint}, and must be safe for its threads. Where it throws or
 * returns null, the default counts.
 */
@FunctionalInterface
public interface FingerprintRule {

    /** The default: everything stays as it is. */
    FingerprintRule NONE = (trace, byDefault) -> byDefault;

    /**
     * What an error is grouped by.
     *
     * @param trace what was thrown
     * @param byDefault what it is grouped by if this rule does not want otherwise
     */
    FingerprintParts apply(StackTraceModel trace, FingerprintParts byDefault);
}
