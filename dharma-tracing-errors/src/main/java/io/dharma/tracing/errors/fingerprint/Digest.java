package io.dharma.tracing.errors.fingerprint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Makes an id of parts: version, and 128 bits of a SHA-256. */
final class Digest {

    private static final int BYTES = 16;

    private Digest() {}

    /** Each part goes in with its length, so that none can be moved from one to the next. */
    static String of(String kind, List<String> parts) {
        MessageDigest digest = sha256();
        add(digest, kind);
        parts.forEach(part -> add(digest, part));
        return Fingerprint.VERSION + "-" + HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    }

    private static void add(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            digest.update((byte) (bytes.length >>> shift));
        }
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
