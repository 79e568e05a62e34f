package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dharma.tracing.redis.RedisConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is large page by page, each with a command of its own, so that nothing waits long behind one and no answer
 * is larger than a page. Whatever a key holds, there is an end to it. Any thread.
 */
final class Pages {

    /** How much is asked for at a time. */
    static final int SIZE = 500;

    /** A hash or a set that is larger was not written by us. */
    private static final int MAX_PAGES = 200;

    /** The fewest that are worth asking for. */
    private static final int SMALLEST = 16;

    private static final byte[] COUNT = ascii("COUNT");
    private static final byte[] PAGE_SIZE = ascii(String.valueOf(SIZE));
    private static final byte[] START = ascii("0");
    private static final byte[] OLDEST = ascii("-");

    private final RedisConnection route;

    Pages(RedisConnection route) {
        this.route = route;
    }

    /** One page of a hash's fields and values, or of a set's members. */
    interface Members {
        void add(List<?> page);
    }

    /** All of a hash or a set, some perhaps twice. */
    CompletableFuture<Void> scan(String command, byte[] key, Members members) {
        return scan(command, key, START, MAX_PAGES, members);
    }

    private CompletableFuture<Void> scan(String command, byte[] key, byte[] cursor, int pages, Members members) {
        return route.ask(command, key, cursor, COUNT, PAGE_SIZE).thenCompose(answer -> {
            byte[] next = answer.size() == 2 && answer.get(0) instanceof byte[] bytes ? bytes : START;
            if (answer.size() == 2 && answer.get(1) instanceof List<?> page) {
                members.add(page);
            }
            boolean isLast = new String(next, US_ASCII).equals("0") || pages <= 1;
            return isLast ? nothing() : scan(command, key, next, pages - 1, members);
        });
    }

    /** An entry of a stream. */
    static final class StreamEntry {

        private final byte[] id;
        private final byte[] value;

        private StreamEntry(byte[] id, byte[] value) {
            this.id = id;
            this.value = value;
        }

        /** As Redis gave it, the milliseconds of its arrival first. */
        byte[] id() {
            return id;
        }

        /** Of its only field. */
        byte[] value() {
            return value;
        }

        /** When it arrived, by the server's clock; 0 if the id does not say. */
        long arrivedEpochMillis() {
            String text = new String(id, US_ASCII);
            int dash = text.indexOf('-');
            try {
                return Long.parseLong(dash < 0 ? text : text.substring(0, dash));
            } catch (NumberFormatException e) {
                return 0;
            }
        }
    }

    /** One page of a stream's entries. */
    interface Entries {

        /**
         * Takes a page.
         *
         * @param page those that may be ours
         * @param size how many entries of whatever kind it had
         * @return whether to go on
         */
        boolean add(List<StreamEntry> page, int size);
    }

    /** A stream from the newest to the oldest entry. */
    CompletableFuture<Void> backwards(byte[] key, Entries entries) {
        return backwards(key, SIZE, entries);
    }

    /**
     * A stream from the newest to the oldest entry.
     *
     * @param first about how many are wanted at first; each further page has twice as many
     */
    CompletableFuture<Void> backwards(byte[] key, int first, Entries entries) {
        return backwards(key, ascii("+"), Math.max(SMALLEST, Math.min(first, SIZE)), MAX_PAGES, entries);
    }

    private CompletableFuture<Void> backwards(byte[] key, byte[] newest, int size, int pages, Entries entries) {
        return route.ask("XREVRANGE", key, newest, OLDEST, COUNT, ascii(String.valueOf(size)))
                .thenCompose(answer -> {
                    byte[] last = lastId(answer);
                    boolean goesOn = entries.add(entries(answer), answer.size());
                    boolean isLast = answer.size() < size || pages <= 1 || !goesOn;
                    return last == null || isLast
                            ? nothing()
                            : backwards(key, before(last), Math.min(2 * size, SIZE), pages - 1, entries);
                });
    }

    private static List<StreamEntry> entries(List<Object> answer) {
        return answer.stream().map(Pages::entry).filter(entry -> entry != null).toList();
    }

    /** Without a value if it has not one field, and so is none of ours. */
    private static @Nullable StreamEntry entry(Object answered) {
        if (!(answered instanceof List<?> parts) || parts.size() != 2 || !(parts.get(0) instanceof byte[] id)) {
            return null;
        }
        boolean isOurs = parts.get(1) instanceof List<?> fields && fields.size() == 2;
        byte[] value = isOurs && ((List<?>) parts.get(1)).get(1) instanceof byte[] bytes ? bytes : new byte[0];
        return new StreamEntry(id, value);
    }

    private static byte @Nullable [] lastId(List<Object> answer) {
        return !answer.isEmpty()
                        && answer.get(answer.size() - 1) instanceof List<?> parts
                        && !parts.isEmpty()
                        && parts.get(0) instanceof byte[] id
                ? id
                : null;
    }

    /** The range that ends before this entry, in the words of Redis 6.2. */
    private static byte[] before(byte[] id) {
        return ascii("(" + new String(id, US_ASCII));
    }

    static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    private static CompletableFuture<Void> nothing() {
        return CompletableFuture.completedFuture(null);
    }
}
