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

    private static final String HOW_LONG_IT_IS_LEFT = "local left = redis.call('TTL', KEYS[1])\n";

    private static final String TO_BE_LEFT = """
            if left < tonumber(ARGV[1]) then
              local told = redis.pcall('EXPIRE', KEYS[1], ARGV[1])
              if type(told) == 'table' and told.err then
                if left == -2 then redis.pcall('UNLINK', KEYS[1]) end
                return told
              end
            end
            """;

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

    /**
     * Writes, and then sees to it that the key is left for as many seconds as the first argument says, if it would not be
     * for longer anyway: so no key is ever without its time to live, and no writer shortens another's. Redis 6 has no
     * command for either. A key that is new and may not be told to expire is removed again.
     *
     * @param steps should write what is to be kept before anything else: a server that is out of memory refuses the first
     *     command of a script that takes some, and none after one that wrote. They may return early, with an error for instance;
     *     then nothing is seen to
     * @param answer what is said in the end
     */
    public static RedisScript keeping(String steps, String answer) {
        return new RedisScript(HOW_LONG_IT_IS_LEFT + steps + TO_BE_LEFT + "return " + answer);
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
