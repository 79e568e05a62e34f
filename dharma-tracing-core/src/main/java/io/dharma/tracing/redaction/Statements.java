package io.dharma.tracing.redaction;

import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is sent to databases, each in its own language. Any thread. */
final class Statements {

    private final Consumer<Rule> counts;

    Statements(Consumer<Rule> counts) {
        this.counts = counts;
    }

    /**
     * The statement without its data; the same object if it had none.
     *
     * @param system the value of {@code db.system.name} or {@code db.system}, if it is known
     */
    String redact(String statement, @Nullable String system) {
        return switch (language(statement, system)) {
            case REDIS -> counted(statement, RedisText.redact(commands(statement, system)), Rule.REDIS);
            case JSON -> counted(statement, JsonText.redact(statement), Rule.JSON);
            default -> counted(statement, SqlText.redact(statement, SqlDialect.of(system)), Rule.SQL);
        };
    }

    private static Rule language(String statement, @Nullable String system) {
        String name = system == null ? "" : system.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "redis", "valkey", "keydb", "memcached" -> Rule.REDIS;
            case "elasticsearch", "opensearch", "mongodb", "couchdb" -> Rule.JSON;
            case "" -> statement.startsWith("{") || statement.startsWith("[") ? Rule.JSON : Rule.SQL;
            default -> Rule.SQL;
        };
    }

    /** With memcached, what is to be stored stands on the line after its command, where it would pass for one. */
    private static String commands(String statement, @Nullable String system) {
        return "memcached".equalsIgnoreCase(system) ? RedisText.firstLine(statement) : statement;
    }

    private String counted(String before, CharSequence after, Rule rule) {
        if (after == before) {
            return before;
        }
        counts.accept(rule);
        return after.toString();
    }
}
