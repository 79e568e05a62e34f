package io.dharma.tracing.sampling;

/**
 * OpenTelemetry's rejection threshold: of 2^56 equally likely random values, how many are dropped.
 *
 * <p>Written as up to 14 hex digits with trailing zeros cut off, so that 25 % is {@code c} and all is {@code 0}.
 * Because the digits are lower case and the random value is written the same way, the two compare as text, and the
 * first digit nearly always decides: no number is ever parsed on the way of a block.
 *
 * <p>Algorithm: <a href="https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/">OpenTelemetry
 * specification, TraceState: Probability Sampling</a>.
 */
record Threshold(String digits) {

    static final int RANDOM_DIGITS = 14;
    static final double SMALLEST_RATIO = 0x1p-56;
    static final Threshold KEEP_ALL = new Threshold("0");

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
        return new Threshold(padded.substring(0, end));
    }

    /** Whether the 14 random digits that begin at {@code offset} are kept. */
    boolean keeps(String random, int offset) {
        return keeps(random, offset, digits, 0, digits.length());
    }

    /** The same with the threshold still inside another text. */
    static boolean keeps(String random, int offset, String threshold, int start, int end) {
        for (int i = start, r = offset; i < end; i++, r++) {
            int difference = random.charAt(r) - threshold.charAt(i);
            if (difference != 0) {
                return difference > 0;
            }
        }
        return true;
    }

    static double probability(String text, int start, int end) {
        int trailingZeros = RANDOM_DIGITS - (end - start);
        long value = Long.parseLong(text, start, end, 16) << (4 * trailingZeros);
        return (double) (ALL - value) / ALL;
    }
}
