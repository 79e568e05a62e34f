package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.redis.RedisScript;

/** What the server does in one step. The first argument of those that write is how many seconds are to be left. */
final class Scripts {

    private static final String DONE = "1";

    /**
     * Hops into a chain, as many as it takes. Arguments: fields and their values. The answer lists those that it did not
     * take, by their place among them, the first being 1; 0 is the answer where there was room for all.
     *
     * <p>A chain that is full has what it has: a hop that is written again is none that was not taken. It will end, since
     * what adds nothing to it does not make it live on.
     */
    static final RedisScript PUT = RedisScript.keeping("""
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
            """, "refused");

    /**
     * Entries into an index. Arguments: how many it has at most, about; the id before which entries are too old; and the
     * entries.
     */
    static final RedisScript APPEND = RedisScript.keeping("""
            for i = 4, #ARGV do
              local done = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[i])
              if type(done) == 'table' and done.err then return done end
            end
            redis.pcall('XTRIM', KEYS[1], 'MINID', ARGV[3])
            """, DONE);

    /** Members into a set. Arguments: the members. */
    static final RedisScript ADD = RedisScript.keeping("""
            local done = redis.pcall('SADD', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            """, DONE);

    /** Removes an index in which nothing is left. */
    static final RedisScript DROP = RedisScript.of("""
            local left = redis.pcall('XLEN', KEYS[1])
            if type(left) == 'table' and left.err then return left end
            if left == 0 then redis.call('UNLINK', KEYS[1]) end
            return 1
            """);

    private Scripts() {}
}
