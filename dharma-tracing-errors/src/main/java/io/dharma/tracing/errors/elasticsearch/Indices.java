package io.dharma.tracing.errors.elasticsearch;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where what is kept. Events are in a data stream, which rolls over when it likes. A count must not be kept twice when it is
 * written again after that, so counts are in an index that their minute tells: one a month. Any thread.
 *
 * @param namespace as in the names of data streams
 */
record Indices(String namespace) {

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9_.]{0,99}");

    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("uuuu.MM");

    Indices {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException(
                    "namespace must have 1 to 100 lower-case letters, digits, _ and ., and begin"
                            + " with a letter or digit, but is '" + namespace + "'");
        }
    }

    String events() {
        return "logs-dharma.error-" + namespace;
    }

    String groups() {
        return "dharma-error-groups-" + namespace;
    }

    String counts(long epochMinute) {
        Instant minute = Instant.ofEpochSecond(TimeUnit.MINUTES.toSeconds(epochMinute));
        return countsPrefix() + MONTH.format(minute.atOffset(ZoneOffset.UTC));
    }

    String allCounts() {
        return countsPrefix() + "*";
    }

    private String countsPrefix() {
        return "dharma-error-counts-" + namespace + "-";
    }

    /** When the last minute of an index of counts is over; null if it is none. */
    @Nullable
    Instant endOfCounts(String index) {
        if (!index.startsWith(countsPrefix())) {
            return null;
        }
        try {
            return YearMonth.parse(index.substring(countsPrefix().length()), MONTH)
                    .plusMonths(1)
                    .atDay(1)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant();
        } catch (DateTimeException noMonth) {
            return null;
        }
    }
}
