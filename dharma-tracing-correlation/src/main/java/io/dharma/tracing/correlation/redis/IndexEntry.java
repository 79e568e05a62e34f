package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.dharma.tracing.correlation.ChainSummary;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.Outcome;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A chain in an index, as it went in one service.
 *
 * <pre>
 * version          1 byte, 1
 * flags            1 byte: failed, is a mention
 * name             6 bytes, see {@link Name}
 * start            8 bytes, nanoseconds since 1970
 * duration         1 to 9 bytes, nanoseconds
 * correlation id   the rest, at most 128 bytes
 * </pre>
 *
 * @param mention whether this is no entry into a service, but the first that is known of a user's part in the chain
 * @param name of service and operation
 */
record IndexEntry(
        String correlationId, boolean mention, boolean failed, long name, long startEpochNanos, long durationNanos) {

    private static final byte VERSION = 1;
    private static final int FAILED = 0x01;
    private static final int MENTION = 0x02;

    private static final int MAX_ID_BYTES = 128;
    private static final int MAX_BYTES_WITHOUT_ID = 2 + Name.ID_BYTES + Long.BYTES + Varints.MAX_BYTES;

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IndexEntry that
                && startEpochNanos == that.startEpochNanos
                && durationNanos == that.durationNanos
                && name == that.name
                && mention == that.mention
                && failed == that.failed
                && correlationId.equals(that.correlationId);
    }

    @Override
    public int hashCode() {
        return 31 * correlationId.hashCode() + Long.hashCode(startEpochNanos);
    }

    static IndexEntry of(CorrelatedHop correlated, Name name) {
        Hop hop = correlated.hop();
        return new IndexEntry(
                correlated.correlationId(),
                !correlated.entry(),
                hop.outcome() == Outcome.ERROR,
                name.id(),
                hop.startEpochNanos(),
                hop.durationNanos());
    }

    byte[] encode() {
        byte[] id = correlationId.getBytes(ISO_8859_1);
        ByteBuffer to = ByteBuffer.allocate(MAX_BYTES_WITHOUT_ID + id.length)
                .put(VERSION)
                .put((byte) ((failed ? FAILED : 0) | (mention ? MENTION : 0)));
        Name.writeId(to, name);
        to.putLong(startEpochNanos);
        Varints.write(to, durationNanos);
        to.put(id);
        byte[] written = new byte[to.flip().remaining()];
        to.get(written);
        return written;
    }

    /** Null if that is none of ours, or of a later version. */
    static @Nullable IndexEntry decode(byte[] value) {
        if (value.length == 0 || value[0] != VERSION) {
            return null;
        }
        try {
            ByteBuffer from = ByteBuffer.wrap(value, 1, value.length - 1);
            int flags = from.get();
            long name = Name.readId(from);
            long start = from.getLong();
            long duration = Varints.read(from);
            String id = new String(value, from.position(), from.remaining(), ISO_8859_1);
            IndexEntry entry = new IndexEntry(id, (flags & MENTION) != 0, (flags & FAILED) != 0, name, start, duration);
            return entry.isPossible() ? entry : null;
        } catch (BufferUnderflowException | IllegalArgumentException malformed) {
            return null;
        }
    }

    private boolean isPossible() {
        return startEpochNanos >= 0 && !correlationId.isEmpty() && correlationId.length() <= MAX_ID_BYTES;
    }

    ChainSummary named(Name.Operation operation) {
        return new ChainSummary(
                correlationId,
                operation.service(),
                operation.operation(),
                Instant.ofEpochSecond(0, startEpochNanos),
                Duration.ofNanos(durationNanos),
                failed);
    }
}
