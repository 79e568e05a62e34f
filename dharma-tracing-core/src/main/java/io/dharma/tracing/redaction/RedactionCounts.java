package io.dharma.tracing.redaction;

import java.util.Map;

/**
 * How much was taken out since the start, by what it was found by: {@code key}, {@code assignment}, {@code url},
 * {@code private-key}, {@code authorization}, {@code jwt}, {@code token}, {@code card}, {@code iban}, {@code ssn},
 * {@code email}, {@code ip}, {@code sql}, {@code redis}, {@code json}, {@code pseudonym}, {@code baggage}.
 *
 * @param redacted finds that were taken out; rules that never found anything are absent
 * @param dryRun finds that would have been taken out, were it not a dry run
 */
public record RedactionCounts(Map<String, Long> redacted, Map<String, Long> dryRun) {

    /** Where nothing is redacted. */
    public static final RedactionCounts NONE = new RedactionCounts(Map.of(), Map.of());

    public RedactionCounts {
        redacted = Map.copyOf(redacted);
        dryRun = Map.copyOf(dryRun);
    }
}
