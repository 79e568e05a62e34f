package io.dharma.tracing.errors.alert;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.errors.Severity;
import io.dharma.tracing.spi.Printable;
import io.dharma.tracing.spi.TimeOrderedIds;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts alerts into words. Immutable; any thread. */
final class AlertMaker {

    private static final int MAX_TITLE = 400;

    private final ServiceIdentity service;

    AlertMaker(ServiceIdentity service) {
        this.service = service;
    }

    Alert isNew(ErrorGroup group, @Nullable String operation, Instant now) {
        String title = "New error in " + service.name() + ": " + group.title();
        return make(AlertKind.NEW_GROUP, level(group), group, operation, group.count(), 0, 0, now, title);
    }

    Alert regressed(ErrorGroup group, @Nullable String operation, Instant now) {
        String title = "Error is back in " + service.name() + ": " + group.title();
        return make(AlertKind.REGRESSION, level(group), group, operation, group.count(), 0, 0, now, title);
    }

    /** A process in danger is not something for working hours. */
    private static AlertLevel level(ErrorGroup group) {
        return group.severity() == Severity.FATAL ? AlertLevel.PAGE : AlertLevel.WARN;
    }

    Alert spike(RateSpike spike, Instant now) {
        SpikeReading reading = spike.reading();
        return make(
                AlertKind.SPIKE,
                AlertLevel.of(reading.alarm()),
                spike.group(),
                spike.operation(),
                reading.count(),
                reading.expected(),
                reading.windowMinutes(),
                now,
                titleOf(spike));
    }

    private String titleOf(RateSpike spike) {
        SpikeReading reading = spike.reading();
        int minutes = reading.windowMinutes();
        String numbers = String.format(
                Locale.ROOT,
                "%d errors within %s in %s, usual are %.1f",
                reading.count(),
                minutes == 1 ? "a minute" : minutes + " minutes",
                service.name(),
                reading.expected());
        if (spike.group() != null) {
            return numbers + ": " + spike.group().title();
        }
        return spike.operation() == null ? numbers : numbers + ", operation " + spike.operation();
    }

    Alert overflow(long left, AlertLevel level, Instant now) {
        String title = left + (left == 1 ? " more alert" : " more alerts") + " of " + service.name()
                + " within a minute, not sent one by one";
        return make(AlertKind.OVERFLOW, level, null, null, left, 0, 0, now, title);
    }

    private Alert make(
            AlertKind kind,
            AlertLevel level,
            @Nullable ErrorGroup group,
            @Nullable String operation,
            long count,
            double expected,
            int windowMinutes,
            Instant now,
            String title) {
        return new Alert(
                TimeOrderedIds.at(now.toEpochMilli()),
                kind,
                level,
                group,
                service,
                operation,
                count,
                expected,
                windowMinutes,
                now,
                Printable.shorten(title, MAX_TITLE));
    }
}
