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

    private static final String DONE = "return 1";

    private static final String TO_BE_LEFT = """
            if left < tonumber(ARGV[1]) then
              local told = redis.pcall('EXPIRE', KEYS[1], ARGV[1])
              if type(told) == 'table' and told.err then
                if left == -2 then redis.pcall('UNLINK', KEYS[1]) end
                return told
              end
            end
            """;

    /**
     * Hops into a chain, as many as it takes. Arguments: fields and their values. The answer lists those that it did not
     * take, by their place among them, the first being 1; 0 is the answer where there was room for all.
     *
     * <p>A chain that is full has what it has: a hop that is written again is none that was not taken. It will end, since
     * what adds nothing to it does not make it live on.
     */
    static final Script PUT = new Script("""
            local left = redis.call('TTL', KEYS[1])
            local hops = redis.pcall('HLEN', KEYS[1])
            local fields, first, refused = ARGV, 2, 0
            if type(hops) == 'number' and hops + (#ARGV - 1) / 2 > 10000 then
              fields, first, refused = {}, 1, {}
              for i = 2, #ARGV, 2 do
                if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then
                  if hops < 10000 then
                    hops = hops + 1
                    fields[#fields + 1] = ARGV[i]
                    fields[#fields + 1] = ARGV[i + 1]
                  else
                    refused[#refused + 1] = i / 2
                  end
                end
              end
              if #fields == 0 then return refused end
            end
            local done = redis.pcall('HSET', KEYS[1], unpack(fields, first))
            if type(done) == 'table' and done.err then return done end
            """ + TO_BE_LEFT + "return refused");

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
            """ + TO_BE_LEFT + DONE);

    /** Members into a set. Arguments: the members. */
    static final Script ADD = new Script("""
            local left = redis.call('TTL', KEYS[1])
            local done = redis.pcall('SADD', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            """ + TO_BE_LEFT + DONE);

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
