package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.HopId;
import io.dharma.tracing.correlation.Outcome;
import io.opentelemetry.api.trace.SpanKind;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hop as the value of a field of its chain's hash, in at most 51 bytes unless it has links or took longer than half a
 * minute: with values of at most 64 bytes Redis keeps a hash as one compact list, and needs twice the memory as soon as
 * one is longer.
 *
 * <pre>
 * version      1 byte, 1; its highest bit is set of a nested hop, since the flags are all taken
 * flags        1 byte: kind, failed, has a parent, has links, has a type of error, is an entry
 * trace id     16 bytes
 * parent       8 bytes, if it has one
 * name         6 bytes, see {@link Name}
 * start        8 bytes, nanoseconds since 1970
 * duration     1 to 9 bytes, nanoseconds
 * error type   6 bytes, if it has one
 * links        their number, 1 byte, and 24 bytes each, if it has some
 * </pre>
 *
 * <p>The span id is in the field's name. What is malformed, or of a later version, is read as nothing. Any thread.
 */
final class HopCodec {

    /** Those of a larger batch are left out: they would be most of what is kept of a chain. */
    static final int MAX_LINKS = 32;

    private static final byte VERSION = 1;
    private static final byte VERSION_OF_NESTED = (byte) (VERSION | 0x80);

    private static final int KIND = 0x07;
    private static final int FAILED = 0x08;
    private static final int PARENT = 0x10;
    private static final int LINKS = 0x20;
    private static final int ERROR_TYPE = 0x40;
    private static final int ENTRY = 0x80;

    /** In the order of their numbers, which do not depend on how an enum of others is ordered. */
    private static final List<SpanKind> KINDS =
            List.of(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER);

    private static final int MAX_BYTES_WITHOUT_LINKS = 2
            + TraceIds.TRACE_ID_BYTES
            + TraceIds.SPAN_ID_BYTES
            + Name.ID_BYTES
            + Long.BYTES
            + Varints.MAX_BYTES
            + Name.ID_BYTES;

    private static final int LINK_BYTES = TraceIds.TRACE_ID_BYTES + TraceIds.SPAN_ID_BYTES;

    /** No value of ours is longer. */
    static final int MAX_BYTES = MAX_BYTES_WITHOUT_LINKS + 1 + MAX_LINKS * LINK_BYTES;

    private HopCodec() {}

    /**
     * @param name of service and operation
     * @param errorType null if it has none
     */
    static byte[] encode(CorrelatedHop correlated, Name name, @Nullable Name errorType) {
        Hop hop = correlated.hop();
        HopId parent = hop.parent().orElse(null);
        List<HopId> links =
                hop.links().size() <= MAX_LINKS ? hop.links() : hop.links().subList(0, MAX_LINKS);
        ByteBuffer to =
                ByteBuffer.allocate(MAX_BYTES_WITHOUT_LINKS + (links.isEmpty() ? 0 : 1 + links.size() * LINK_BYTES));
        to.put(hop.nested() ? VERSION_OF_NESTED : VERSION).put(flags(correlated, errorType));
        TraceIds.writeTraceId(to, hop.traceId());
        if (parent != null) {
            TraceIds.writeSpanId(to, parent.spanId());
        }
        Name.writeId(to, name.id());
        to.putLong(hop.startEpochNanos());
        Varints.write(to, hop.durationNanos());
        if (errorType != null) {
            Name.writeId(to, errorType.id());
        }
        if (!links.isEmpty()) {
            writeLinks(to, links);
        }
        return written(to);
    }

    private static byte flags(CorrelatedHop correlated, @Nullable Name errorType) {
        Hop hop = correlated.hop();
        return (byte) (KINDS.indexOf(hop.kind())
                | (hop.outcome() == Outcome.ERROR ? FAILED : 0)
                | (hop.parent().isPresent() ? PARENT : 0)
                | (hop.links().isEmpty() ? 0 : LINKS)
                | (errorType == null ? 0 : ERROR_TYPE)
                | (correlated.entry() ? ENTRY : 0));
    }

    private static void writeLinks(ByteBuffer to, List<HopId> links) {
        to.put((byte) links.size());
        for (HopId link : links) {
            TraceIds.writeTraceId(to, link.traceId());
            TraceIds.writeSpanId(to, link.spanId());
        }
    }

    private static byte[] written(ByteBuffer to) {
        byte[] value = new byte[to.flip().remaining()];
        to.get(value);
        return value;
    }

    /** Null if that is none of ours, or of a later version. */
    static @Nullable StoredHop decode(byte[] field, byte[] value) {
        if (field.length != TraceIds.SPAN_ID_BYTES || value.length == 0 || !isKnown(value[0])) {
            return null;
        }
        try {
            ByteBuffer from = ByteBuffer.wrap(value, 1, value.length - 1);
            StoredHop hop = read(field, value[0] == VERSION_OF_NESTED, from);
            return from.hasRemaining() || !isPossible(hop) ? null : hop;
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException malformed) {
            return null;
        }
    }

    private static boolean isKnown(byte version) {
        return version == VERSION || version == VERSION_OF_NESTED;
    }

    private static StoredHop read(byte[] field, boolean nested, ByteBuffer from) {
        int flags = from.get();
        String traceId = TraceIds.readTraceId(from);
        HopId id = new HopId(traceId, TraceIds.spanIdOf(field, traceId));
        HopId parent = (flags & PARENT) == 0 ? null : new HopId(traceId, TraceIds.readSpanId(from));
        long name = Name.readId(from);
        long start = from.getLong();
        long duration = Varints.read(from);
        Long errorType = (flags & ERROR_TYPE) == 0 ? null : (Long) Name.readId(from);
        List<HopId> links = (flags & LINKS) == 0 ? List.of() : readLinks(from);
        return new StoredHop(
                id,
                parent,
                nested,
                links,
                KINDS.get(flags & KIND),
                (flags & ENTRY) != 0,
                (flags & FAILED) != 0,
                name,
                errorType,
                start,
                duration);
    }

    private static List<HopId> readLinks(ByteBuffer from) {
        int count = from.get();
        if (count < 1 || count > MAX_LINKS) {
            throw new IllegalArgumentException("so many links are never written");
        }
        List<HopId> links = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            links.add(new HopId(TraceIds.readTraceId(from), TraceIds.readSpanId(from)));
        }
        return links;
    }

    private static boolean isPossible(StoredHop hop) {
        return hop.startEpochNanos() >= 0
                && hop.startEpochNanos() <= Long.MAX_VALUE - hop.durationNanos()
                && (hop.errorType() == null || hop.failed())
                && (hop.parent() != null || !hop.nested());
    }
}
