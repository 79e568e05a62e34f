package io.dharma.tracing.correlation;

import io.dharma.tracing.spool.RecordCodec;
import io.opentelemetry.api.trace.SpanKind;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How hops are written down while they wait for their store: the version, flags, and what the hop has, one after the
 * other. Whatever the bytes are, reading takes no more memory than a few times their number.
 */
final class HopRecordCodec implements RecordCodec<CorrelatedHop> {

    private static final int VERSION = 1;

    /** By their place in this list, which may only be added to. */
    private static final List<SpanKind> KINDS =
            List.of(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER);

    private static final int ENTRY = 1;
    private static final int HAS_USER = 2;
    private static final int HAS_PARENT = 4;
    private static final int FAILED = 8;
    private static final int HAS_ERROR_TYPE = 16;
    private static final int NESTED = 32;

    /** Two texts of two bytes and what is in them. */
    private static final int LINK_BYTES = 2 + 32 + 2 + 16;

    @Override
    public void encode(CorrelatedHop correlated, OutputStream bytes) throws IOException {
        Hop hop = correlated.hop();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.writeByte(flags(correlated));
        out.writeUTF(correlated.correlationId());
        write(out, correlated.userKey());
        out.writeUTF(hop.traceId());
        out.writeUTF(hop.spanId());
        write(out, hop.parent().map(HopId::spanId).orElse(null));
        out.writeUTF(hop.service());
        out.writeUTF(hop.operation());
        out.writeByte(KINDS.indexOf(hop.kind()));
        out.writeLong(hop.startEpochNanos());
        out.writeLong(hop.durationNanos());
        write(out, hop.errorType().orElse(null));
        for (HopId link : hop.links()) {
            out.writeUTF(link.traceId());
            out.writeUTF(link.spanId());
        }
        out.flush();
    }

    private static int flags(CorrelatedHop correlated) {
        Hop hop = correlated.hop();
        return (correlated.entry() ? ENTRY : 0)
                | (correlated.userKey() != null ? HAS_USER : 0)
                | (hop.parent().isPresent() ? HAS_PARENT : 0)
                | (hop.outcome() == Outcome.ERROR ? FAILED : 0)
                | (hop.errorType().isPresent() ? HAS_ERROR_TYPE : 0)
                | (hop.nested() ? NESTED : 0);
    }

    private static void write(DataOutputStream out, @Nullable String text) throws IOException {
        if (text != null) {
            out.writeUTF(text);
        }
    }

    @Override
    public CorrelatedHop decode(byte[] bytes) throws IOException {
        try {
            return decode(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IllegalArgumentException noHop) {
            throw new IOException("is no hop", noHop);
        }
    }

    private static CorrelatedHop decode(DataInputStream in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("has the version " + version + ", which is not known here");
        }
        int flags = in.readUnsignedByte();
        String correlationId = in.readUTF();
        String userKey = read(in, flags & HAS_USER);
        Hop.Builder hop = Hop.builder(in.readUTF(), in.readUTF())
                .parent(read(in, flags & HAS_PARENT))
                .nested((flags & NESTED) != 0)
                .service(in.readUTF())
                .operation(in.readUTF())
                .kind(kind(in.readUnsignedByte()))
                .start(in.readLong())
                .duration(in.readLong());
        String errorType = read(in, flags & HAS_ERROR_TYPE);
        if ((flags & FAILED) != 0) {
            hop.failed(errorType);
        }
        return new CorrelatedHop(
                correlationId,
                userKey,
                (flags & ENTRY) != 0,
                hop.links(links(in)).build());
    }

    private static @Nullable String read(DataInputStream in, int flag) throws IOException {
        return flag == 0 ? null : in.readUTF();
    }

    private static SpanKind kind(int place) {
        return place < KINDS.size() ? KINDS.get(place) : SpanKind.INTERNAL;
    }

    private static List<HopId> links(DataInputStream in) throws IOException {
        List<HopId> links = new ArrayList<>(in.available() / LINK_BYTES);
        while (in.available() > 0) {
            links.add(new HopId(in.readUTF(), in.readUTF()));
        }
        return links;
    }

    @Override
    public int heapSize(CorrelatedHop hop) {
        return HopSize.of(hop);
    }
}
