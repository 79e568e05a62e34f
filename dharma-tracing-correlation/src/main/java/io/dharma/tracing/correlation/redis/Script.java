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
 * <p>What is to be kept is written before anything else: a server that is out of memory refuses the first command of a
 * script that takes some, and none after one that wrote. A key that is new and may not be told to expire is removed again.
 */
final class Script {

    private static final String TO_BE_LEFT = """
            if left < tonumber(ARGV[1]) then
              local told = redis.pcall('EXPIRE', KEYS[1], ARGV[1])
              if type(told) == 'table' and told.err then
                if left == -2 then redis.pcall('UNLINK', KEYS[1]) end
                return told
              end
            end
            return 1
            """;

    /**
     * Hops into a chain, unless that is full; then it will end, since nobody makes it live on. Arguments: fields and their
     * values. The answer has a blank in it, since Redis 7 puts a code of its own before one that has none.
     */
    static final Script PUT = new Script("""
            local hops = redis.pcall('HLEN', KEYS[1])
            if type(hops) == 'number' and hops >= 10000 then
              return redis.error_reply('CHAINFULL this chain takes no more hops')
            end
            local left = redis.call('TTL', KEYS[1])
            local done = redis.pcall('HSET', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            """ + TO_BE_LEFT);

    /**
     * Entries into an index. Arguments: how many it has at most, about; the id before which entries are too old; and the
     * entries.
     */
    static final Script APPEND = new Script("""
            local left = redis.call('TTL', KEYS[1])
            for i = 4, #ARGV do
              local done = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[i])
              if type(done) == 'table' and done.err then return done end
            end
            redis.pcall('XTRIM', KEYS[1], 'MINID', ARGV[3])
            """ + TO_BE_LEFT);

    /** Members into a set. Arguments: the members. */
    static final Script ADD = new Script("""
            local left = redis.call('TTL', KEYS[1])
            local done = redis.pcall('SADD', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            """ + TO_BE_LEFT);

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
