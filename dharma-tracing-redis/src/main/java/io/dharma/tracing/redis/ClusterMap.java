package io.dharma.tracing.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.cluster.SlotHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has which slot of a cluster, as far as anybody told. One thread at a time.
 *
 * <p>A server that says nothing of it, be it because its user must not ask, tells with each MOVED.
 */
final class ClusterMap {

    private @Nullable Node @Nullable [] owners;

    /** Null if nobody said. */
    @Nullable
    Node ownerOf(int slot) {
        return owners == null || slot < 0 ? null : owners[slot];
    }

    void learn(int slot, Node owner) {
        if (owners == null) {
            owners = new @Nullable Node[SlotHash.SLOT_COUNT];
        }
        owners[slot] = owner;
    }

    void forget() {
        owners = null;
    }

    /**
     * Learns from the answer to CLUSTER SLOTS. What is not understood is left out.
     *
     * @param asked who said so, and whose host is meant where none is named
     */
    void learn(List<Object> ranges, Node asked) {
        for (Object range : ranges) {
            if (range instanceof List<?> parts
                    && parts.size() >= 3
                    && parts.get(0) instanceof Long first
                    && parts.get(1) instanceof Long last
                    && parts.get(2) instanceof List<?> master) {
                learn(first, last, node(master, asked));
            }
        }
    }

    private void learn(long first, long last, @Nullable Node owner) {
        if (owner != null && first >= 0 && last < SlotHash.SLOT_COUNT) {
            for (long slot = first; slot <= last; slot++) {
                learn((int) slot, owner);
            }
        }
    }

    /** Host and port, as an answer has them; null if it has none that can be. */
    static @Nullable Node node(List<?> parts, Node asked) {
        if (parts.size() < 2 || !(parts.get(1) instanceof Long port)) {
            return null;
        }
        String host = parts.get(0) instanceof byte[] name ? new String(name, UTF_8) : "";
        return Node.of(host.isEmpty() || host.equals("?") ? asked.host() : host, port);
    }

    /** What MOVED or ASK says: the slot and who has it. */
    record Redirect(boolean lasting, int slot, Node to) {

        /** Null if this error is none. */
        static @Nullable Redirect of(String error, Node asked) {
            boolean moved = error.startsWith("MOVED ");
            if (!moved && !error.startsWith("ASK ")) {
                return null;
            }
            String[] words = error.split(" ", -1);
            int colon = words.length < 3 ? -1 : words[2].lastIndexOf(':');
            if (colon < 0) {
                return null;
            }
            try {
                int slot = Integer.parseInt(words[1]);
                int port = Integer.parseInt(words[2].substring(colon + 1));
                String host = words[2].substring(0, colon);
                Node to = Node.of(host.isEmpty() ? asked.host() : host, port);
                return to != null && slot >= 0 && slot < SlotHash.SLOT_COUNT ? new Redirect(moved, slot, to) : null;
            } catch (NumberFormatException e) {
                return null;
            }
        }
    }
}
