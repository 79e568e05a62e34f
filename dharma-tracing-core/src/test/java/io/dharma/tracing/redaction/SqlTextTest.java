package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "SELECT * FROM t WHERE a = 'x' AND b = 5 | SELECT * FROM t WHERE a = ? AND b = ?",
                "SELECT 'it''s', '' | SELECT ?, ?",
                "SELECT 1, 1.5, .5, 1e10, 1.5E-3, 2e+5, 0x1F, 1_000 | SELECT ?, ?, ?, ?, ?, ?, ?, ?",
                "SELECT -5, +3 | SELECT -?, +?",
                "SELECT col1, t2.a1b FROM t2 | SELECT col1, t2.a1b FROM t2",
                "SELECT N'x', X'4F', B'01', E'a\\'b', _utf8'x' | SELECT ?, ?, ?, ?, _utf8?",
                "SELECT a -- comment's\\n FROM t | SELECT a \\n FROM t",
                "SELECT /* a 'quote */ a | SELECT  a",
                "SELECT/**/a | SELECT a",
                "SELECT /* a /* nested */ still */ a | SELECT  a",
                "SELECT a /* never ends | SELECT a ",
                "SELECT * FROM t WHERE a IN (1, 2, 'x') | SELECT * FROM t WHERE a IN (?)",
                "SELECT * FROM t WHERE a IN (?, ?, ?) | SELECT * FROM t WHERE a IN (?)",
                "SELECT * FROM t WHERE a IN ($1,$2) | SELECT * FROM t WHERE a IN (?)",
                "SELECT * FROM t WHERE (a, b) IN ((1, 2), (3, 4)) | SELECT * FROM t WHERE (a, b) IN (?)",
                "SELECT * FROM t WHERE a IN (SELECT b FROM u WHERE c = 1) | SELECT * FROM t WHERE a IN (SELECT b FROM u WHERE c = ?)",
                "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y') | INSERT INTO t (a, b) VALUES (?)",
                "INSERT INTO t VALUES (?, ?),(?, ?) | INSERT INTO t VALUES (?)",
                "INSERT INTO t VALUES (1, now()), (2, f(')')) RETURNING id | INSERT INTO t VALUES (?, now()) RETURNING id",
                "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a=VALUES(a), b=2 | INSERT INTO t VALUES (?) ON DUPLICATE KEY UPDATE a=VALUES(a), b=?",
                "SELECT $1, ?1, :1, :name, @p0, %s | SELECT $1, ?1, :1, :name, @p0, %s",
                "SELECT a::text, '1'::int | SELECT a::text, ?::int",
                "SELECT $$it's$$, $tag$ $$ 'x' $tag$, 1 | SELECT ?, ?, ?",
                "SELECT \"order\".\"a 1\" FROM \"order\" | SELECT \"order\".\"a 1\" FROM \"order\"",
                "SELECT `my 'col`, [my 'col] FROM t | SELECT `my 'col`, [my 'col] FROM t",
                "SELECT ARRAY[1,2], a[3] | SELECT ARRAY[?,?], a[?]",
                "SELECT * FROM t WHERE a = \"secret\" | SELECT * FROM t WHERE a = ?",
                "SELECT * FROM \"a\" WHERE \"a\".\"b\" = \"a\".\"c\" | SELECT * FROM \"a\" WHERE \"a\".\"b\" = \"a\".\"c\"",
                "SELECT * FROM t WHERE a = 'never ends | SELECT * FROM t WHERE a = ?",
                "SELECT \"never ends | SELECT ?",
                "SELECT 'a\\' OR secret | SELECT ?",
                "SELECT 1 # comment | SELECT ? ",
                "SELECT * FROM #temp | SELECT * FROM #temp",
                "SELECT a #> b | SELECT a #> b",
                "CREATE USER bob IDENTIFIED BY hunter2 | CREATE USER bob IDENTIFIED BY ?",
                "CREATE USER bob IDENTIFIED BY \"hunter2\" | CREATE USER bob IDENTIFIED BY ?",
                "CREATE USER bob IDENTIFIED BY hun-ter!2; SELECT a | CREATE USER bob IDENTIFIED BY ?; SELECT a",
                "CREATE USER bob IDENTIFIED BY 2hunter! | CREATE USER bob IDENTIFIED BY ?",
                "CREATE USER bob IDENTIFIED BY !hunter- | CREATE USER bob IDENTIFIED BY ?",
                "CREATE USER bob IDENTIFIED BY as-hunter | CREATE USER bob IDENTIFIED BY ?",
                "CREATE USER bob IDENTIFIED BY password!2 | CREATE USER bob IDENTIFIED BY ?",
                "CREATE USER bob IDENTIFIED BY hunter/* a b */ | CREATE USER bob IDENTIFIED BY ?",
                "CREATE USER bob WITH PASSWORD hunter2 | CREATE USER bob WITH PASSWORD ?",
                "CREATE USER bob WITH PASSWORD hunter!2, ROLE a | CREATE USER bob WITH PASSWORD ?, ROLE a",
                "alter user bob with encrypted password = hunter2 | alter user bob with encrypted password = ?",
                "CREATE LOGIN bob WITH PASSWORD = 'hunter2', CHECK_POLICY = ON | CREATE LOGIN bob WITH PASSWORD = ?, CHECK_POLICY = ON",
                "WITH password AS (SELECT a FROM t) SELECT a FROM password | WITH password AS (SELECT a FROM t) SELECT a FROM password",
                "WITH password AS MATERIALIZED (SELECT a FROM t) SELECT a | WITH password AS MATERIALIZED (SELECT a FROM t) SELECT a",
                "WITH password (a) AS (SELECT b FROM t) SELECT a | WITH password (a) AS (SELECT b FROM t) SELECT a",
                "SELECT password FROM t WHERE password = secret | SELECT password FROM t WHERE password = secret",
                "SELECT q'[it's]', q'!a'b!', nq'{x}' | SELECT ?, ?, ?",
                "SELECT TRUE, NULL, DATE '2020-01-01', INTERVAL '1' DAY | SELECT TRUE, NULL, DATE ?, INTERVAL ? DAY",
                "MATCH (u {name: 'x', age:42}) RETURN u | MATCH (u {name: ?, age:?}) RETURN u",
                "SELECT * FROM t LIMIT 10 OFFSET 20 | SELECT * FROM t LIMIT ? OFFSET ?"
            })
    void statement_ofUnknownDialectLosesItsData(String statement, String expected) {
        assertThat(redacted(statement, null).toString().stripTrailing()).isEqualTo(expected.replace("\\n", "\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "mysql | SELECT \"text\", `col` FROM t | SELECT ?, `col` FROM t",
                "mysql | SELECT 'it\\'s' , b | SELECT ? , b",
                "mysql | SELECT \"a\\\"b\" , c | SELECT ? , c",
                "mysql | SELECT 5--3 | SELECT ?--?",
                "mysql | SELECT 1 -- comment | SELECT ? ",
                "mysql | SELECT 1 #comment | SELECT ? ",
                "mariadb | SELECT /*! 40001 SQL_NO_CACHE */ a | SELECT  a",
                "postgresql | SELECT \"any name\" FROM t WHERE a = \"b\" | SELECT \"any name\" FROM t WHERE a = \"b\"",
                "postgresql | SELECT 'C:\\', b | SELECT ?, b",
                "postgresql | SELECT E'it\\'s', b | SELECT ?, b",
                "postgresql | SELECT a FROM t WHERE b->>'x' = 'y' AND c[1] = 2 | SELECT a FROM t WHERE b->>? = ? AND c[?] = ?",
                "postgresql | SELECT 5--3 | SELECT ?",
                "oracle.db | SELECT q'<it's>', 'C:\\' FROM dual | SELECT ?, ? FROM dual",
                "microsoft.sql_server | SELECT [a]]b], N'x' FROM #t | SELECT [a]]b], ? FROM #t",
                "microsoft.sql_server | SELECT 'a\\', b FROM t | SELECT ?, b FROM t"
            })
    void statement_ofAKnownDialectIsReadByItsRules(String system, String statement, String expected) {
        assertThat(redacted(statement, system).toString().stripTrailing()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "SELECT a FROM t WHERE b = ?", "select u1_0.id from users u1_0 where u1_0.email=?",
                "INSERT INTO t (a) VALUES (?)", "SELECT * FROM t WHERE a IN (?)", "BEGIN", "call proc(?, :x)"
            })
    void statement_withoutDataIsReturnedItself(String statement) {
        for (SqlDialect dialect : SqlDialect.values()) {
            assertThat(SqlText.redact(statement, dialect)).isSameAs(statement);
        }
    }

    @Test
    void statement_thatIsTooLongIsCut() {
        String statement = "SELECT a FROM t WHERE " + "x = y OR ".repeat(10_000) + "z = 'secret'";

        String redacted = redacted(statement, null).toString();

        assertThat(redacted)
                .hasSizeLessThanOrEqualTo(SqlText.MAX_LENGTH)
                .endsWith(" ...")
                .doesNotContain("secret");
        assertThat(redacted(redacted, null)).hasToString(redacted);
    }

    @Test
    void literal_acrossTheCutDoesNotShow() {
        String statement = "SELECT " + "a,".repeat(16_370) + "'secret secret secret secret secret'";

        assertThat(redacted(statement, null)).hasToString(statement.substring(0, 7 + 2 * 16_370) + "? ...");
    }

    /** Two dashes are a comment in MySQL if a blank follows, which the cut puts there. */
    @Test
    void dashes_beforeTheCutAreAComment() {
        String statement = "SELECT " + "a,".repeat(16_377) + "a--" + " b,".repeat(10);
        assertThat(statement.substring(0, SqlText.MAX_LENGTH - 4)).endsWith("--");

        String redacted = redacted(statement, "mysql").toString();

        assertThat(redacted).endsWith(",a ...");
        assertThat(redacted(redacted, "mysql")).hasToString(redacted);
    }

    /** Whatever the pieces: never throws, never longer than before, and a second time changes nothing. */
    @ParameterizedTest
    @EnumSource(SqlDialect.class)
    void redacting_isSafeAndIdempotent(SqlDialect dialect) {
        String[] pieces = {
            "'",
            "''",
            "\"",
            "`",
            "[",
            "]",
            "(",
            ")",
            "$",
            "$$",
            "$a$",
            "/*",
            "*/",
            "--",
            "#",
            "\n",
            " ",
            "\\",
            "a",
            "1",
            "e",
            ".",
            ",",
            "IN",
            " IN (",
            "VALUES",
            " VALUES (",
            "IDENTIFIED BY ",
            " WITH PASSWORD ",
            "!",
            "~",
            "/",
            " as ",
            ";",
            "q'",
            "N'",
            "?",
            ":",
            "::",
            "@",
            "-",
            "+",
            "=",
            "0x",
            "null",
            "\u00e4",
            "\ud83d",
            "by",
            " identified ",
            "_"
        };
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder statement = new StringBuilder();
            for (int n = random.nextInt(14); n >= 0; n--) {
                statement.append(pieces[random.nextInt(pieces.length)]);
            }
            String once = SqlText.redact(statement.toString(), dialect).toString();

            assertThat(once.length()).as("'%s'", statement).isLessThanOrEqualTo(statement.length());
            assertThat(SqlText.redact(once, dialect))
                    .as("'%s' as '%s'", statement, once)
                    .hasToString(once);
        }
    }

    private static CharSequence redacted(String statement, @Nullable String system) {
        return SqlText.redact(statement.replace("\\n", "\n"), SqlDialect.of(system));
    }
}
