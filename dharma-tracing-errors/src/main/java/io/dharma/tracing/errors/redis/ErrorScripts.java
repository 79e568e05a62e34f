package io.dharma.tracing.errors.redis;

import io.dharma.tracing.redis.RedisScript;

/** What the server does in one step. The first argument of those that write is how many seconds are to be left. */
final class ErrorScripts {

    private static final String DONE = "1";

    /** How many operations of processes a minute's hash has at most. */
    static final int MAX_COUNTERS = 10_000;

    /**
     * Counters of a minute, each to what it is if that is more than it was: then it does not matter in which order they
     * come, and how often. Arguments: fields and their values. The answer has a blank in it, since Redis 7 puts a code of
     * its own before one that has none.
     */
    static final RedisScript RAISE = RedisScript.keeping("""
            local counters = redis.pcall('HLEN', KEYS[1])
            if type(counters) == 'table' then return counters end
            if counters >= %d then
              return redis.error_reply('KEYFULL this minute takes no more counters')
            end
            for i = 2, #ARGV, 2 do
              local known = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0') or 0
              if known < tonumber(ARGV[i + 1]) then
                local done = redis.pcall('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
                if type(done) == 'table' and done.err then return done end
              end
            end
            """.formatted(MAX_COUNTERS), DONE);

    /** All counters of a minute together. What is no number counts nothing. */
    static final RedisScript SUM = RedisScript.of("""
            local counters = redis.pcall('HLEN', KEYS[1])
            if type(counters) == 'table' then return counters end
            if counters > 2 * %d then
              return redis.error_reply('KEYFULL these are more counters than ours')
            end
            local sum = 0
            for _, value in ipairs(redis.call('HVALS', KEYS[1])) do
              local count = tonumber(value)
              if count and count > 0 and count < 9007199254740992 then sum = sum + count end
            end
            return sum
            """.formatted(MAX_COUNTERS));

    /** Users to whom something happened. Arguments: their pseudonyms. */
    static final RedisScript ADD_USERS = RedisScript.keeping("""
            local done = redis.pcall('PFADD', KEYS[1], unpack(ARGV, 2))
            if type(done) == 'table' and done.err then return done end
            """, DONE);

    /**
     * A value for another, unless somebody was faster. Arguments: what is thought to be there, empty for nothing; and what
     * is to be there. Answers 1 if it was done, and else what is there, as far as it could be ours.
     */
    static final RedisScript REPLACE = RedisScript.of("""
            local there = redis.pcall('GET', KEYS[1])
            if type(there) == 'table' then return there end
            if (there or '') ~= ARGV[2] then return string.sub(there or '', 1, %d) end
            local left = math.max(redis.call('TTL', KEYS[1]), tonumber(ARGV[1]))
            local done = redis.pcall('SET', KEYS[1], ARGV[3], 'EX', left)
            if type(done) == 'table' and done.err then return done end
            return 1
            """.formatted(GroupCodec.MAX_BYTES + 1));

    /** Nothing but that the key is left, if it is there. */
    static final RedisScript KEEP = RedisScript.keeping("", DONE);

    private ErrorScripts() {}
}
