package io.dharma.tracing.spi;

import io.dharma.tracing.internal.sampling.TimeOrderedIdGenerator;
import io.dharma.tracing.internal.text.Hex;

/**
 * Ids for what is to be found again: 32 lower-case hex digits that sort by time, of which 80 bits are random. Not for
 * secrets.
 *
 * <p>Any thread; some 30 ns.
 */
public final class TimeOrderedIds {

    private static final TimeOrderedIdGenerator IDS = TimeOrderedIdGenerator.create();

    private TimeOrderedIds() {}

    /** An id that nobody else has. */
    public static String next() {
        return at(System.currentTimeMillis());
    }

    /** An id that nobody else has, for something that happened so many milliseconds after 1970 began. */
    public static String at(long epochMillis) {
        return Hex.of(IDS.highHalf(epochMillis), IDS.randomBits());
    }
}
