package io.dharma.tracing.redaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Whatever a statement holds: it is safe, in every language, and a second time changes nothing more. And whatever data it
 * holds: quoted as that language quotes, nothing of it is left and all else stays.
 */
class StatementsFuzzTest {

    /** Of statements that are made by repetition, where longer ones would show nothing else. */
    private static final int LONGEST_PIECE = 12;

    /** So that no statement with it is cut. */
    private static final int MOST_DATA = 512;

    private static final List<SqlDialect> DIALECTS = List.of(SqlDialect.values());

    @DictionaryEntries({
        "SELECT ",
        " IN (",
        " VALUES (",
        "),(",
        "IDENTIFIED BY ",
        "WITH PASSWORD ",
        "''",
        "\\'",
        "q'[",
        "]'",
        "$a$",
        "$$",
        "/*",
        "*/",
        "-- ",
        "#",
        "\"a\".\"b\"",
        "0x1F",
        "1e+5",
        "::",
        ":1",
        "SET user:1 ",
        "MGET ",
        "{\"a\":[",
        "\"?\""
    })
    @FuzzTest
    void statement(byte[] bytes) {
        String text = new String(bytes, UTF_8);

        for (SqlDialect dialect : DIALECTS) {
            assertSafe(text, dialect);
        }
        assertSafe(text, 3, JsonText::redact);
        assertSafe(text, 1, RedisText::redact);
        if (!text.isEmpty() && text.length() <= LONGEST_PIECE) {
            assertCutIsSafe(text);
        }
        String data = text.substring(0, Math.min(text.length(), MOST_DATA));
        assertGoneAsSql(data);
        assertGoneAsJson(data);
        assertGoneAsRedis(data);
    }

    private static void assertSafe(String text, SqlDialect dialect) {
        CountedText counted = new CountedText(text);

        String once = SqlText.redact(counted, dialect).toString();

        assertThat(counted.looks()).isLessThanOrEqualTo((long) LinearityTest.MOST_LOOKS * (text.length() + 64));
        assertThat(once.length()).isLessThanOrEqualTo(text.length());
        assertThat(SqlText.redact(once, dialect)).isSameAs(once);
    }

    /** Of what is longer than may be kept; in one dialect for one piece, since it takes long. */
    private static void assertCutIsSafe(String piece) {
        String text = piece.repeat(SqlText.MAX_LENGTH / piece.length() + 1);
        SqlDialect dialect = DIALECTS.get(piece.charAt(0) % DIALECTS.size());

        assertSafe(text, 1, statement -> SqlText.redact(statement, dialect).toString());
        assertSafe(text, 3, JsonText::redact);
        assertSafe(text, 1, RedisText::redact);
    }

    private static void assertSafe(String text, int growth, UnaryOperator<String> language) {
        String once = language.apply(text);

        assertThat(once.length()).isLessThanOrEqualTo(Math.min(growth * text.length(), SqlText.MAX_LENGTH));
        assertThat(language.apply(once)).isSameAs(once);
    }

    // ---- as data

    private static void assertGoneAsSql(String data) {
        for (SqlDialect dialect : DIALECTS) {
            String quoted = "'" + quoted(data, dialect) + "'";
            // Where the dialect is unknown, a quote behind a backslash could be the last one as well as not.
            boolean unclear = dialect == SqlDialect.UNKNOWN && quoted.contains("\\'");
            assertThat(SqlText.redact("SELECT a FROM t WHERE b = " + quoted + " AND c = 1", dialect))
                    .hasToString("SELECT a FROM t WHERE b = ?" + (unclear ? "" : " AND c = ?"));
            assertThat(SqlText.redact("SELECT a /* " + withoutEnds(data) + " */ FROM t", dialect))
                    .hasToString("SELECT a  FROM t");
            if (dialect.hasDollarQuotes()) {
                assertThat(SqlText.redact("SELECT $q$" + data.replace("$", "") + "$q$ FROM t", dialect))
                        .hasToString("SELECT ? FROM t");
            }
            if (!dialect.doubleQuotesMayHoldText() && !dialect.doubleQuotesHoldText()) {
                String name = "SELECT \"" + data.replace("\"", "\"\"") + "\" FROM t";
                assertThat(SqlText.redact(name, dialect)).isSameAs(name);
            }
        }
    }

    private static String quoted(String data, SqlDialect dialect) {
        return dialect.escapesByBackslash() ? data.replace("\\", "\\\\").replace("'", "\\'") : data.replace("'", "''");
    }

    /** And without beginnings: comments nest. */
    private static String withoutEnds(String data) {
        return data.replace("/", "");
    }

    private static void assertGoneAsJson(String data) {
        String quoted = '"' + escaped(data) + '"';

        assertThat(JsonText.redact("{\"a\":" + quoted + ",\"b\":[1," + quoted + "]}"))
                .isEqualTo("{\"a\":\"?\",\"b\":[\"?\"]}");
    }

    private static void assertGoneAsRedis(String data) {
        assertThat(RedisText.redact("SET user:42 \"" + escaped(data) + "\" EX 60\nAUTH \"" + escaped(data) + "\""))
                .isEqualTo("SET user:? ?\nAUTH ?");
    }

    private static String escaped(String data) {
        return data.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
