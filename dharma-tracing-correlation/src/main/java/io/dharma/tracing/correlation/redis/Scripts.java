package io.dharma.tracing.correlation.redis;

import io.dharma.tracing.redis.RedisScript;

/** What the server does in one step. The first argument of those that write is how many seconds are to be left. */
final class Scripts {

    /**
     * Hops into a chain, unless that is full; then it will end, since nobody makes it live on. Arguments: fields and their
     * values. The answer has a blank in it, since Redis 7 puts a code of its own before one that has none.
     */
    static final RedisScript PUT = RedisScript.keeping("""
            local hops = redis.pcall('HLEN', KEYS[1])
            if type(hops) == 'number' and hops >= 10000 then
              return redis.error_reply('KEYFULL this chain takes no more hops')
            end
            local done = redis.pcall('HSET', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            """);

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
            """);

    /** Members into a set. Arguments: the members. */
    static final RedisScript ADD = RedisScript.keeping("""
            local done = redis.pcall('SADD', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            """);

    /** Removes an index in which nothing is left. */
    static final RedisScript DROP = RedisScript.of("""
            local left = redis.pcall('XLEN', KEYS[1])
            if type(left) == 'table' and left.err then return left end
            if left == 0 then redis.call('UNLINK', KEYS[1]) end
            return 1
            """);

    private Scripts() {}
}
