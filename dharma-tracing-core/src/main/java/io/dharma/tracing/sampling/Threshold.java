package io.dharma.tracing.sampling;

/**
 * OpenTelemetry's rejection threshold: of 2^56 equally likely random values, how many are dropped.
 *
 * <p>Written as up to 14 hex digits with trailing zeros cut off, so that 25 % is {@code c} and all is {@code 0}.
 *
 * <p>Algorithm: <a href="https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/">OpenTelemetry
 * specification, TraceState: Probability Sampling</a>.
 */
record Threshold(long value, String digits) {

    static final int RANDOM_DIGITS = 14;
    static final double SMALLEST_RATIO = 0x1p-56;
    static final Threshold KEEP_ALL = new Threshold(0, "0");

    private static final int RANDOM_BITS = 56;
    private static final long ALL = 1L << RANDOM_BITS;
    /** What the specification recommends to SDKs, so that services with the same ratio get the same digits. */
    private static final int PRECISION = 4;

    /** Nearest threshold of four digits; a small ratio gets one more for each leading {@code f}. */
    static Threshold ofRatio(double ratio) {
        long kept = Math.round(Math.scalb(ratio, RANDOM_BITS));
        return ofValue(rounded(ALL - kept, precision(ratio)));
    }

    private static int precision(double ratio) {
        int leadingDigits = Math.floorDiv(Math.getExponent(ratio) + 1, -4);
        return Math.min(RANDOM_DIGITS, PRECISION + Math.max(0, leadingDigits));
    }

    private static long rounded(long value, int digits) {
        if (digits == RANDOM_DIGITS) {
            return value;
        }
        int cutBits = 4 * (RANDOM_DIGITS - digits);
        return (value + (1L << (cutBits - 1))) >> cutBits << cutBits;
    }

    private static Threshold ofValue(long value) {
        if (value == 0) {
            return KEEP_ALL;
        }
        String padded = Long.toHexString(ALL | value).substring(1);
        int end = RANDOM_DIGITS;
        while (padded.charAt(end - 1) == '0') {
            end--;
        }
        return new Threshold(value, padded.substring(0, end));
    }

    /** The random part of a trace id, by its last 64 bits. */
    static long randomnessOf(long traceIdLow) {
        return traceIdLow & (ALL - 1);
    }

    /** Whether a trace of this randomness is kept. */
    boolean keeps(long randomness) {
        return randomness >= value;
    }

    /** The number that up to 14 hex digits inside a text stand for, the missing ones being zeros. */
    static long value(String text, int start, int end) {
        int trailingZeros = RANDOM_DIGITS - (end - start);
        return Long.parseLong(text, start, end, 16) << (4 * trailingZeros);
    }

    static double probability(String text, int start, int end) {
        return (double) (ALL - value(text, start, end)) / ALL;
    }
}
