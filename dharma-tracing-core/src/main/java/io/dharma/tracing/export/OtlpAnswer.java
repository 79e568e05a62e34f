package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.spi.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a collector says after it has taken a batch: {@code Export*ServiceResponse} of OTLP, which for every
 * signal is {@code {partial_success = 1 {rejected = 1 int64, error_message = 2 string}}}.
 *
 * <p>The bytes are anybody's: whatever cannot be read counts as not said, since the status already said "taken".
 */
final class OtlpAnswer {

    private static final int MESSAGE_LIMIT = 256;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int GROUP_START = 3;
    private static final int GROUP_END = 4;
    private static final int FIXED32 = 5;

    private final byte[] bytes;
    private int position;
    private int end;
    private long rejected;
    private @Nullable String message;

    private OtlpAnswer(byte[] bytes) {
        this.bytes = bytes;
        this.end = bytes.length;
    }

    /** What became of a batch of this size. */
    static Delivery delivery(HttpReply reply, int batchSize) {
        String type = reply.header("Content-Type").toLowerCase(Locale.ROOT);
        boolean readable = type.startsWith("application/x-protobuf")
                && reply.header("Content-Encoding").isEmpty();
        return readable ? delivery(reply.body(), batchSize) : Delivery.delivered();
    }

    static Delivery delivery(byte[] message, int batchSize) {
        OtlpAnswer answer = new OtlpAnswer(message);
        try {
            answer.readResponse();
        } catch (MalformedException e) {
            return Delivery.delivered();
        }
        return answer.delivery(batchSize);
    }

    private Delivery delivery(int batchSize) {
        int lost = (int) Math.max(0, Math.min(rejected, batchSize));
        return lost == 0 && message == null ? Delivery.delivered() : Delivery.partly(lost, message);
    }

    private void readResponse() throws MalformedException {
        while (position < end) {
            int tag = readTag();
            if (tag == tag(1, LENGTH_DELIMITED)) {
                readPartialSuccess();
            } else {
                skip(tag);
            }
        }
    }

    private void readPartialSuccess() throws MalformedException {
        int outerEnd = end;
        int length = readLength();
        end = position + length;
        while (position < end) {
            int tag = readTag();
            if (tag == tag(1, VARINT)) {
                rejected = readVarint();
            } else if (tag == tag(2, LENGTH_DELIMITED)) {
                message = readText();
            } else {
                skip(tag);
            }
        }
        end = outerEnd;
    }

    private @Nullable String readText() throws MalformedException {
        int length = readLength();
        String text = new String(bytes, position, length, StandardCharsets.UTF_8);
        position += length;
        return text.isBlank() ? null : Printable.shorten(text, MESSAGE_LIMIT);
    }

    private void skip(int tag) throws MalformedException {
        switch (tag & 7) {
            case VARINT -> readVarint();
            case FIXED64 -> advance(8);
            case LENGTH_DELIMITED -> advance(readLength());
            case GROUP_START -> skipGroup();
            case FIXED32 -> advance(4);
            default -> throw new MalformedException();
        }
    }

    /** Nobody has begun a new one for years, but protobuf still reads them. They nest, here without a stack. */
    private void skipGroup() throws MalformedException {
        for (int depth = 1; depth > 0; ) {
            int tag = readTag();
            switch (tag & 7) {
                case GROUP_START -> depth++;
                case GROUP_END -> depth--;
                default -> skip(tag);
            }
        }
    }

    private static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }

    private int readTag() throws MalformedException {
        long tag = readVarint();
        if (tag <= 7 || tag > 0xffff_ffffL) {
            throw new MalformedException();
        }
        return (int) tag;
    }

    /** Never more than is left, so that nothing can be made to allocate or run beyond it. */
    private int readLength() throws MalformedException {
        long length = readVarint();
        if (length < 0 || length > end - position) {
            throw new MalformedException();
        }
        return (int) length;
    }

    private long readVarint() throws MalformedException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position >= end) {
                throw new MalformedException();
            }
            byte next = bytes[position++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedException();
    }

    private void advance(int count) throws MalformedException {
        if (count > end - position) {
            throw new MalformedException();
        }
        position += count;
    }

    /** Carries no stack: it is only ever the way out. */
    private static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        MalformedException() {
            super("malformed", null, false, false);
        }
    }
}
