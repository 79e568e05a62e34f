package io.dharma.tracing.errors;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of captured errors on the pipeline's first thread: they are made events, or only counted, if time is short
 * and their kind is known.
 *
 * <p>An error whose cause was captured before, in the same request, is the same failure in other words, and neither.
 */
final class ErrorIntake {

    private static final int MAX_CAUSES = 32;
    private static final int MAX_KINDS = 4_096;

    private final EventMaker maker;
    private final SeenThrowables seen;
    private final GroupRegistry registry;
    private final Listeners listeners;
    private final LongSupplier cpuTime = CpuTime.ofThread();
    private final LongSupplier epochNanos;
    private final ProcessingBudget budget;
    private final SiteShares shares = new SiteShares();
    private final Set<Kind> kinds = new HashSet<>();
    final LongAdder rewrapped = new LongAdder();
    final LongAdder countedOnly = new LongAdder();
    final LongAdder forgotten = new LongAdder();

    ErrorIntake(
            EventMaker maker,
            SeenThrowables seen,
            GroupRegistry registry,
            Listeners listeners,
            LongSupplier nanoTime,
            LongSupplier epochNanos) {
        this.maker = maker;
        this.seen = seen;
        this.registry = registry;
        this.listeners = listeners;
        this.epochNanos = epochNanos;
        this.budget = new ProcessingBudget(nanoTime);
    }

    /** What of an error can be known for almost nothing. */
    private record Kind(CaptureSite site, String rootCause) {

        /** By hand: what the JDK makes for records keeps the class loader from being collected on 17 (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object object) {
            return object instanceof Kind other
                    && Objects.equals(site, other.site)
                    && Objects.equals(rootCause, other.rootCause);
        }

        @Override
        public int hashCode() {
            return Objects.hash(site, rootCause);
        }
    }

    /** The record to be delivered; null for what is only counted. */
    @Nullable
    ErrorRecord convert(Incoming incoming) {
        return incoming instanceof CapturedError captured ? convert(captured) : ((Incoming.Ready) incoming).record();
    }

    private @Nullable ErrorRecord convert(CapturedError captured) {
        List<Throwable> causes = causesOf(captured.throwable());
        if (causes.stream().anyMatch(cause -> seen.contains(cause, captured.traceId()))) {
            rewrapped.increment();
            return null;
        }
        if (!isToBeLookedAt(captured, causes)) {
            count(captured.site(), EventMaker.instant(captured.epochNanos()), 1);
            return null;
        }
        long start = cpuTime.getAsLong();
        try {
            ErrorEvent event = maker.event(captured);
            saw(captured.site(), event.group());
            return event;
        } finally {
            spend(cpuTime.getAsLong() - start);
        }
    }

    private static List<Throwable> causesOf(Throwable throwable) {
        List<Throwable> causes = new ArrayList<>(4);
        Throwable cause = causeOf(throwable);
        while (cause != null && causes.size() < MAX_CAUSES && !isIn(causes, cause) && cause != throwable) {
            causes.add(cause);
            cause = causeOf(cause);
        }
        return causes;
    }

    private static boolean isIn(List<Throwable> causes, Throwable cause) {
        return causes.stream().anyMatch(known -> known == cause);
    }

    /** The method is the application's, and may do anything. */
    private static @Nullable Throwable causeOf(Throwable throwable) {
        try {
            return throwable.getCause();
        } catch (Throwable hostile) {
            return null;
        }
    }

    private synchronized boolean isToBeLookedAt(CapturedError captured, List<Throwable> causes) {
        String rootCause =
                causes.isEmpty() ? "" : causes.get(causes.size() - 1).getClass().getName();
        boolean isNewKind = kinds.size() < MAX_KINDS && kinds.add(new Kind(captured.site(), rootCause));
        return captured.first() || isNewKind || budget.isLeft() || !shares.knows(captured.site());
    }

    private synchronized void spend(long nanos) {
        budget.spend(nanos);
    }

    /** Counts errors that nobody looked at. False if nothing is known of their site. */
    boolean count(CaptureSite site, Instant at, long occurrences) {
        Map<String, Long> divided = divide(site, occurrences);
        if (divided.isEmpty()) {
            return false;
        }
        Instant now = EventMaker.instant(epochNanos.getAsLong());
        divided.forEach((id, share) -> {
            Optional<ErrorGroup> group = registry.count(id, site.operation(), at, now, share);
            group.ifPresent(known -> listeners.counted(known, site.operation(), at, share));
            (group.isPresent() ? countedOnly : forgotten).add(share);
        });
        return true;
    }

    private synchronized Map<String, Long> divide(CaptureSite site, long occurrences) {
        return shares.divide(site, occurrences);
    }

    private synchronized void saw(CaptureSite site, String group) {
        shares.saw(site, group);
    }
}
