package io.dharma.tracing.redaction;

import java.util.Locale;
import java.util.Set;

/**
 * Redis commands without their data, one on each line: {@code SET user:42:cart 3 EX 60} becomes
 * {@code SET user:?:cart ?}. Of a key stays the pattern, that is the parts that have no digits and are not long; of a
 * command that takes passwords, or that we do not know, its name. Any thread.
 */
final class RedisText {

    static final int MAX_LENGTH = 32 * 1024;
    private static final int LONGEST_PART = 32;
    private static final int LONGEST_NAME = 24;
    private static final int MOST_KEYS = 16;

    /** Those whose arguments are all keys. */
    private static final Set<String> OF_KEYS =
            words("del unlink exists touch mget watch sinter sunion sdiff sinterstore"
                    + " sunionstore sdiffstore pfcount pfmerge rename renamenx rpoplpush smove");

    /** Those whose first argument is a key. */
    private static final Set<String> OF_KEY =
            words("get set setex psetex setnx getset getex getdel append strlen incr incrby"
                    + " incrbyfloat decr decrby mset msetnx getrange setrange getbit setbit bitcount bitpos bitfield expire pexpire"
                    + " expireat pexpireat expiretime pexpiretime persist ttl pttl type dump restore copy sort hget hset hsetnx hmset"
                    + " hmget hgetall hdel hexists hkeys hvals hlen hincrby hincrbyfloat hscan hstrlen hrandfield lpush lpushx rpush"
                    + " rpushx lpop rpop llen lrange lindex linsert lrem lset ltrim lpos lmove blmove blpop brpop brpoplpush sadd"
                    + " srem smembers sismember smismember scard spop srandmember sscan zadd zrem zscore zmscore zrank zrevrank"
                    + " zcard zcount zincrby zrange zrevrange zrangebyscore zrevrangebyscore zrangebylex zremrangebyscore"
                    + " zremrangebyrank zpopmin zpopmax bzpopmin bzpopmax zscan zrangestore xadd xlen xrange xrevrange xtrim xdel"
                    + " xack xclaim xautoclaim xpending pfadd geoadd geopos geodist geohash geosearch georadius publish spublish"
                    + " subscribe unsubscribe json.get json.set json.del");

    private final String text;
    private final StringBuilder out;
    private int at;

    private RedisText(String text) {
        this.text = text;
        this.out = new StringBuilder(Math.min(text.length(), 256));
    }

    private static Set<String> words(String words) {
        return Set.of(words.split(" ", -1));
    }

    /** The same object if nothing had to change. */
    static String redact(String commands) {
        String text = commands.length() > MAX_LENGTH ? commands.substring(0, MAX_LENGTH) : commands;
        String redacted = new RedisText(text).redact();
        return redacted.equals(commands) ? commands : redacted;
    }

    /** The first line that holds anything; the same object if it is all there is. */
    static String firstLine(String text) {
        int start = 0;
        while (start < text.length() && isLineEnd(text.charAt(start))) {
            start++;
        }
        int end = start;
        while (end < text.length() && !isLineEnd(text.charAt(end))) {
            end++;
        }
        return text.substring(start, end);
    }

    private String redact() {
        while (at < text.length()) {
            if (isLineEnd(at)) {
                out.append(text.charAt(at++));
            } else {
                line();
            }
        }
        return out.toString();
    }

    private boolean isLineEnd(int index) {
        return isLineEnd(text.charAt(index));
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private void line() {
        String name = nextArgument();
        boolean known = isName(name);
        String command = known ? name.toLowerCase(Locale.ROOT) : "";
        out.append(name.isEmpty() || known ? name : "?");
        int keys = OF_KEYS.contains(command) ? MOST_KEYS : OF_KEY.contains(command) ? 1 : 0;
        boolean more = !name.isEmpty();
        while (more && keys > 0) {
            String key = nextArgument();
            more = !key.isEmpty();
            if (more) {
                out.append(' ');
                appendPattern(key);
                keys--;
            }
        }
        if (more && !nextArgument().isEmpty()) {
            out.append(" ?");
        }
        while (at < text.length() && !isLineEnd(at)) {
            // In quotes, a line may go on.
            String unused = nextArgument();
        }
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().allMatch(c -> Ascii.isLetter((char) c) || c == '.');
    }

    /** Empty at the end of the line. */
    private String nextArgument() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        int start = at;
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            return quotedArgument(text.charAt(at));
        }
        while (at < text.length() && !Ascii.isSpace(text.charAt(at))) {
            at++;
        }
        if (at == start && at < text.length() && !isLineEnd(at)) {
            // Another kind of white space.
            at++;
            return nextWord();
        }
        return text.substring(start, at);
    }

    private String nextWord() {
        int start = at;
        while (at < text.length() && !Ascii.isSpace(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private String quotedArgument(char quote) {
        int start = ++at;
        while (at < text.length() && text.charAt(at) != quote) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        int end = Math.min(at, text.length());
        at = Math.min(end + 1, text.length());
        return end > start ? text.substring(start, end) : "?";
    }

    private void appendPattern(String key) {
        int part = 0;
        for (int i = 0; i <= key.length(); i++) {
            if (i == key.length() || ":/{}|".indexOf(key.charAt(i)) >= 0) {
                out.append(isFixed(key, part, i) ? key.substring(part, i) : "?");
                if (i < key.length()) {
                    out.append(key.charAt(i));
                }
                part = i + 1;
            }
        }
    }

    /** Whether it names a kind of thing, and not a thing. */
    private static boolean isFixed(String key, int from, int to) {
        if (to - from > LONGEST_PART) {
            return false;
        }
        for (int i = from; i < to; i++) {
            char c = key.charAt(i);
            if (!Ascii.isLetter(c) && "-_.*?".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
