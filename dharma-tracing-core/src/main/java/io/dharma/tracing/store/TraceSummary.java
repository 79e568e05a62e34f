package io.dharma.tracing.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a list shows of a trace, as far as this process took part in it. Immutable.
 *
 * @param traceId 32 lower-case hexadecimal digits
 * @param rootName the name of the span through which the trace entered this process; null if that span is not kept
 * @param service the service of that span, or of any other if it is not kept; null if none says
 * @param start when the first of its spans began
 * @param duration from then to the end of the last
 * @param spans how many it has; one that was delivered twice may be counted twice
 * @param failedSpans how many of them failed
 * @param kept why it was exported though the sampler had dropped it, by {@code KeepReason.value()}; mostly empty
 * @param pinned whether it is exempt from making room
 */
public record TraceSummary(
        String traceId,
        @Nullable String rootName,
        @Nullable String service,
        Instant start,
        Duration duration,
        int spans,
        int failedSpans,
        Set<String> kept,
        boolean pinned) {

    public TraceSummary {
        kept = Set.copyOf(kept);
    }

    /** Whether any of its spans failed. */
    public boolean failed() {
        return failedSpans > 0;
    }
}
