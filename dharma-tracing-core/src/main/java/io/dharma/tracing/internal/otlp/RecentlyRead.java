package io.dharma.tracing.internal.otlp;

import io.dharma.tracing.internal.otlp.ProtoReader.Range;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The objects that were read last, by the bytes they were read from.
 *
 * <p>Every record of a file brings the same resource and one of a few scopes. Comparing some hundred bytes is cheaper
 * than making such an object again, and what is decoded from a million records then shares a few.
 */
final class RecentlyRead<T> {

    private static final int MOST = 32;

    /** What is larger than any real one is not kept, so that the whole stays below 1 MiB. */
    private static final int LONGEST_KEY = 16 * 1024;

    private final @Nullable Entry<T>[] entries;
    private int newest;

    @SuppressWarnings({"unchecked", "rawtypes"}) // there are no generic arrays
    RecentlyRead() {
        entries = new Entry[MOST];
    }

    /** The object that these bytes have made; null if it is not known. */
    @Nullable
    T find(byte[] bytes, Range message, Range schemaUrl) {
        for (int i = 0; i < MOST; i++) {
            int candidate = (newest - i + MOST) % MOST;
            Entry<T> entry = entries[candidate];
            if (entry == null) {
                return null;
            }
            if (entry.isOf(bytes, message, schemaUrl)) {
                return entry.object;
            }
        }
        return null;
    }

    void keep(byte[] bytes, Range message, Range schemaUrl, T object) {
        if ((long) message.length() + schemaUrl.length() <= LONGEST_KEY) {
            newest = (newest + 1) % MOST;
            entries[newest] = new Entry<>(
                    Arrays.copyOfRange(bytes, message.start(), message.end()),
                    Arrays.copyOfRange(bytes, schemaUrl.start(), schemaUrl.end()),
                    object);
        }
    }

    private static final class Entry<T> {

        private final byte[] message;
        private final byte[] schemaUrl;
        private final T object;

        Entry(byte[] message, byte[] schemaUrl, T object) {
            this.message = message;
            this.schemaUrl = schemaUrl;
            this.object = object;
        }

        boolean isOf(byte[] bytes, Range otherMessage, Range otherSchemaUrl) {
            return isOf(message, bytes, otherMessage) && isOf(schemaUrl, bytes, otherSchemaUrl);
        }

        private static boolean isOf(byte[] own, byte[] bytes, Range range) {
            return Arrays.equals(own, 0, own.length, bytes, range.start(), range.end());
        }
    }
}
