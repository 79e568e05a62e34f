package io.dharma.tracing.correlation.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What the server does in one step, so that no key is ever without its time to live and no writer shortens another's:
 * Redis 6 has no command for either. Each has one key. The first argument of those that write is how many seconds are to be left.
 *
 * <p>A new key is told to expire also before it is there, which does nothing, but fails for a user who must not say so.
 */
final class Script {

    /**
     * Hops into a chain, unless that is full; then it will end, since nobody makes it live on.
     * Arguments: fields and their values.
     */
    static final Script PUT = new Script("""
            local hops = redis.pcall('HLEN', KEYS[1])
            if type(hops) == 'number' and hops >= 10000 then return redis.error_reply('CHAINFULL') end
            local left = redis.call('TTL', KEYS[1])
            if left == -2 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
            local done = redis.pcall('HSET', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            if left < tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
            return 1
            """);

    /** Entries into an index. Arguments: how many it has at most, about, and the entries. */
    static final Script APPEND = new Script("""
            local left = redis.call('TTL', KEYS[1])
            if left == -2 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
            for i = 3, #ARGV do
              local done = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[i])
              if type(done) == 'table' and done.err then return done end
            end
            if left < tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
            return 1
            """);

    /** Members into a set. Arguments: the members. */
    static final Script ADD = new Script("""
            local left = redis.call('TTL', KEYS[1])
            if left == -2 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
            local done = redis.pcall('SADD', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            if left < tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
            return 1
            """);

    /** Removes an index in which nothing is left. */
    static final Script DROP = new Script("""
            local left = redis.pcall('XLEN', KEYS[1])
            if type(left) == 'table' and left.err then return left end
            if left == 0 then redis.call('UNLINK', KEYS[1]) end
            return 1
            """);

    private final byte[] text;
    private final byte[] hash;

    private Script(String text) {
        this.text = text.getBytes(US_ASCII);
        this.hash = HexFormat.of().formatHex(sha1(this.text)).getBytes(UTF_8);
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
