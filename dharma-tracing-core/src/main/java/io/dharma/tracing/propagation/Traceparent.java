package io.dharma.tracing.propagation;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;

/**
 * The {@code traceparent} header: {@code version "-" trace-id "-" parent-id "-" trace-flags}, all in lower-case hex.
 *
 * <p>A later version may add fields behind these four, each led in by a dash; we read the four and write version 00.
 */
final class Traceparent {

    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = TRACE_ID + 32 + 1;
    private static final int FLAGS = SPAN_ID + 16 + 1;
    private static final int LENGTH = FLAGS + 2;

    /** Sampled and random; the other six are reserved and must be sent as zero. */
    private static final int KNOWN_FLAGS = 0x03;

    private static final TraceFlags[] FLAGS_BY_VALUE = {
        TraceFlags.fromByte((byte) 0), TraceFlags.fromByte((byte) 1),
        TraceFlags.fromByte((byte) 2), TraceFlags.fromByte((byte) 3)
    };
    private static final String[] SUFFIX_BY_VALUE = {"-00", "-01", "-02", "-03"};

    private Traceparent() {}

    static String format(SpanContext span) {
        int flags = span.getTraceFlags().asByte() & KNOWN_FLAGS;
        return "00-" + span.getTraceId() + "-" + span.getSpanId() + SUFFIX_BY_VALUE[flags];
    }

    /**
     * Reads the header.
     *
     * @param state what came along in {@code tracestate}
     * @return not valid if the header is not
     */
    static SpanContext parse(String header, TraceState state) {
        int start = HeaderChars.skipBlanks(header, 0, header.length());
        int end = HeaderChars.trimBlanks(header, start, header.length());
        if (!hasShape(header, start, end)) {
            return SpanContext.getInvalid();
        }
        int flags = hexByte(header, start + FLAGS);
        if (flags < 0) {
            return SpanContext.getInvalid();
        }
        // Checks the ids: hex digits in lower case, not all of them zero.
        return SpanContext.createFromRemoteParent(
                header.substring(start + TRACE_ID, start + SPAN_ID - 1),
                header.substring(start + SPAN_ID, start + FLAGS - 1),
                FLAGS_BY_VALUE[flags & KNOWN_FLAGS],
                state);
    }

    private static boolean hasShape(String header, int start, int end) {
        int length = end - start;
        return length >= LENGTH
                && header.charAt(start + TRACE_ID - 1) == '-'
                && header.charAt(start + SPAN_ID - 1) == '-'
                && header.charAt(start + FLAGS - 1) == '-'
                && hasReadableVersion(header, start, length);
    }

    private static boolean hasReadableVersion(String header, int start, int length) {
        int version = hexByte(header, start);
        if (version == 0) {
            return length == LENGTH;
        }
        return version > 0 && version != 0xFF && (length == LENGTH || header.charAt(start + LENGTH) == '-');
    }

    /** The byte that two digits stand for, negative if they are none. */
    private static int hexByte(String text, int position) {
        return hexDigit(text.charAt(position)) << 4 | hexDigit(text.charAt(position + 1));
    }

    private static int hexDigit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    }
}
