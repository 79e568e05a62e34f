package io.dharma.tracing.store;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A trace id as two numbers: 32 bytes of heap, where its text takes 72. */
record TraceKey(long high, long low) {

    private static final int DIGITS = 32;
    private static final HexFormat HEX = HexFormat.of();

    /** Null unless the text is a valid trace id. */
    static @Nullable TraceKey parse(@Nullable String traceId) {
        if (traceId == null || traceId.length() != DIGITS) {
            return null;
        }
        for (int i = 0; i < DIGITS; i++) {
            if (!HexFormat.isHexDigit(traceId.charAt(i))) {
                return null;
            }
        }
        long high = HexFormat.fromHexDigitsToLong(traceId, 0, 16);
        long low = HexFormat.fromHexDigitsToLong(traceId, 16, DIGITS);
        return (high | low) == 0 ? null : new TraceKey(high, low);
    }

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TraceKey that && low == that.low && high == that.high;
    }

    /** The low half is random in every id of ours and most of others'. */
    @Override
    public int hashCode() {
        return Long.hashCode(low);
    }

    @Override
    public String toString() {
        return HEX.toHexDigits(high) + HEX.toHexDigits(low);
    }
}
