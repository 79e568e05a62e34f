package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * What many hops have in common, a service with one of its operations or a type of error: kept once, and told by an id
 * of six bytes. The id is the beginning of the text's SHA-256, so that processes that never heard of one another agree
 * on it; among a hundred thousand names two have the same with a probability of 1 in 56,000.
 * Immutable.
 */
final class Name {

    static final int ID_BYTES = 6;

    /** What is longer is cut: these are names, not payloads. */
    static final int MAX_SERVICE_LENGTH = 128;

    static final int MAX_OPERATION_LENGTH = 256;
    static final int MAX_ERROR_TYPE_LENGTH = 256;

    /** Both at their longest, in UTF-8, with what stands before them. */
    static final int MAX_TEXT_BYTES = 3 * (MAX_SERVICE_LENGTH + MAX_OPERATION_LENGTH) + 1 + Varints.MAX_BYTES;

    private static final byte OPERATION = 1;
    private static final byte ERROR_TYPE = 2;

    private final long id;
    private final byte[] text;

    private Name(long id, byte[] text) {
        this.id = id;
        this.text = text;
    }

    /** 48 bits. */
    long id() {
        return id;
    }

    /** What is kept under the id. Not to be changed. */
    byte[] text() {
        return text;
    }

    /** A service and what it does. */
    record Operation(String service, String operation) {

        /** What is shown in the place of a name that is not kept any more. */
        static final Operation UNKNOWN = new Operation("(unknown)", "(unknown)");

        /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Operation that && operation.equals(that.operation) && service.equals(that.service);
        }

        @Override
        public int hashCode() {
            return 31 * service.hashCode() + operation.hashCode();
        }
    }

    static Name of(Operation name) {
        byte[] service = cut(name.service(), MAX_SERVICE_LENGTH).getBytes(UTF_8);
        byte[] operation = cut(name.operation(), MAX_OPERATION_LENGTH).getBytes(UTF_8);
        ByteBuffer text = ByteBuffer.allocate(MAX_TEXT_BYTES).put(OPERATION);
        Varints.write(text, service.length);
        return of(text.put(service).put(operation));
    }

    static Name ofErrorType(String type) {
        byte[] name = cut(type, MAX_ERROR_TYPE_LENGTH).getBytes(UTF_8);
        return of(ByteBuffer.allocate(MAX_TEXT_BYTES).put(ERROR_TYPE).put(name));
    }

    private static Name of(ByteBuffer written) {
        byte[] text = new byte[written.flip().remaining()];
        written.get(text);
        return new Name(idOf(text), text);
    }

    private static long idOf(byte[] text) {
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text));
            return readId(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static String cut(String text, int limit) {
        if (text.length() <= limit) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(limit - 1)) ? limit - 1 : limit);
    }

    static void writeId(ByteBuffer to, long id) {
        to.putShort((short) (id >>> 32)).putInt((int) id);
    }

    static long readId(ByteBuffer from) {
        return (from.getShort() & 0xffffL) << 32 | (from.getInt() & 0xffffffffL);
    }

    /** Null if that is no service with an operation, whatever else it may be. */
    static @Nullable Operation readOperation(byte[] text) {
        ByteBuffer from = ByteBuffer.wrap(text);
        try {
            if (from.get() != OPERATION) {
                return null;
            }
            long length = Varints.read(from);
            if (length < 1 || length >= from.remaining()) {
                return null;
            }
            String service = new String(text, from.position(), (int) length, UTF_8);
            int rest = from.position() + (int) length;
            return new Operation(service, new String(text, rest, text.length - rest, UTF_8));
        } catch (BufferUnderflowException | IllegalArgumentException malformed) {
            return null;
        }
    }

    /** Null if that is no type of error. */
    static @Nullable String readErrorType(byte[] text) {
        return text.length < 2 || text[0] != ERROR_TYPE ? null : new String(text, 1, text.length - 1, UTF_8);
    }
}
