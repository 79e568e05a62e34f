package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.HopId;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The ids of traces and spans as bytes, half the length that they have as text. */
final class TraceIds {

    static final int SPAN_ID_BYTES = 8;
    static final int TRACE_ID_BYTES = 16;

    private static final HexFormat HEX = HexFormat.of();

    private TraceIds() {}

    static void writeTraceId(ByteBuffer to, String traceId) {
        to.putLong(firstHalf(traceId)).putLong(secondHalf(traceId));
    }

    static String readTraceId(ByteBuffer from) {
        return HEX.toHexDigits(from.getLong()) + HEX.toHexDigits(from.getLong());
    }

    static void writeSpanId(ByteBuffer to, String spanId) {
        to.putLong(spanId(spanId));
    }

    static String readSpanId(ByteBuffer from) {
        return HEX.toHexDigits(from.getLong());
    }

    /**
     * The field of a hop: its span id, mixed with its trace id, since span ids are unique within one trace only. The same
     * hop always has the same field, so keeping it twice changes nothing.
     */
    static byte[] field(HopId id) {
        long field = spanId(id.spanId()) ^ mixed(firstHalf(id.traceId()), secondHalf(id.traceId()));
        return ByteBuffer.allocate(SPAN_ID_BYTES).putLong(field).array();
    }

    /** The span id of which, with this trace id, the field was made. */
    static String spanIdOf(byte[] field, String traceId) {
        long mixed = mixed(firstHalf(traceId), secondHalf(traceId));
        return HEX.toHexDigits(ByteBuffer.wrap(field).getLong() ^ mixed);
    }

    private static long spanId(String spanId) {
        return HexFormat.fromHexDigitsToLong(spanId);
    }

    private static long firstHalf(String traceId) {
        return HexFormat.fromHexDigitsToLong(traceId, 0, 16);
    }

    private static long secondHalf(String traceId) {
        return HexFormat.fromHexDigitsToLong(traceId, 16, 32);
    }

    /** The finalizer of SplitMix64: every bit of the trace id tells on about half of the bits. */
    private static long mixed(long first, long second) {
        long z = first ^ Long.rotateLeft(second, 32);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
