package io.dharma.tracing.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a server does in one step, in Lua. It has one key, so that it can be run in a cluster. Immutable; any thread.
 *
 * <p>A script that finds its key holding as much as it may answers an error that begins with {@code KEYFULL}, which becomes
 * {@link RedisFailure.Kind#FULL}.
 */
public final class RedisScript {

    private final byte[] text;
    private final byte[] hash;

    private RedisScript(String text) {
        this.text = text.getBytes(US_ASCII);
        this.hash = HexFormat.of().formatHex(sha1(this.text)).getBytes(US_ASCII);
    }

    /** Of this text, in ASCII. Not checked before a server runs it. */
    public static RedisScript of(String text) {
        return new RedisScript(text);
    }

    /** For EVAL. */
    byte[] text() {
        return text;
    }

    /** For EVALSHA, by which Redis knows what it was told before. */
    byte[] hash() {
        return hash;
    }

    private static byte[] sha1(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
