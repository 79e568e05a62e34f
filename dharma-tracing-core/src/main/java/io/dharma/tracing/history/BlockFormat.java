package io.dharma.tracing.history;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * How a block lies in its record: the length of the head, that of the body, the head, and the body compressed. The head
 * is not, since an index is built from heads alone, and is mostly ids, which nothing compresses.
 */
final class BlockFormat {

    /** Longer bodies are not read: nothing of ours is. */
    static final int MAX_BODY = 16 << 20;

    private static final int PREFIX = 2 * Integer.BYTES;

    /** Spans repeat themselves so much that the fastest level does most of it; {@code StoreFigures} compares them. */
    private static final int LEVEL = Deflater.BEST_SPEED;

    private static final int CHUNK = 16 << 10;

    private BlockFormat() {}

    static byte[] pack(byte[] head, byte[] body) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(PREFIX + head.length + body.length / 3 + 64);
        packed.writeBytes(ByteBuffer.allocate(PREFIX)
                .putInt(head.length)
                .putInt(body.length)
                .array());
        packed.writeBytes(head);
        deflate(body, packed);
        return packed.toByteArray();
    }

    private static void deflate(byte[] body, ByteArrayOutputStream into) {
        Deflater deflater = new Deflater(LEVEL, true);
        try {
            deflater.setInput(body);
            deflater.finish();
            byte[] chunk = new byte[CHUNK];
            while (!deflater.finished()) {
                into.write(chunk, 0, deflater.deflate(chunk));
            }
        } finally {
            deflater.end();
        }
    }

    static byte[] head(byte[] packed) throws IOException {
        return Arrays.copyOfRange(packed, PREFIX, PREFIX + headLength(packed));
    }

    static byte[] body(byte[] packed) throws IOException {
        int start = PREFIX + headLength(packed);
        int length = ByteBuffer.wrap(packed).getInt(Integer.BYTES);
        if (length < 0 || length > MAX_BODY) {
            throw new IOException("a body of " + length + " bytes");
        }
        byte[] body = new byte[length];
        Inflater inflater = new Inflater(true);
        try {
            // The byte more is what raw deflate wants at the end of its input.
            inflater.setInput(Arrays.copyOfRange(packed, start, packed.length + 1));
            int done = 0;
            while (done < length && !inflater.needsInput()) {
                int more = inflater.inflate(body, done, length - done);
                if (more == 0) {
                    break;
                }
                done += more;
            }
            if (done < length) {
                throw new IOException("a body that ends early");
            }
            return body;
        } catch (DataFormatException e) {
            throw new IOException("a body that is not compressed as it should be", e);
        } finally {
            inflater.end();
        }
    }

    private static int headLength(byte[] packed) throws IOException {
        int length = packed.length < PREFIX ? -1 : ByteBuffer.wrap(packed).getInt();
        if (length < 0 || length > packed.length - PREFIX) {
            throw new IOException("a head of " + length + " bytes");
        }
        return length;
    }
}
