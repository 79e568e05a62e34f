package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementsTest {

    private final List<Rule> found = new ArrayList<>();
    private final Statements statements = new Statements(found::add);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "GET user:42:cart | GET user:?:cart",
                "get user:profile | get user:profile",
                "SET user:42:token abc EX 60 | SET user:?:token ?",
                "SET \"user:a b\" \"x y\" | SET user:? ?",
                "HSET cart:{42}:items sku 3 | HSET cart:{?}:items ?",
                "MGET a:1 b:2 c | MGET a:? b:? c",
                "DEL session:bob@example.com | DEL session:?",
                "AUTH hunter2 | AUTH ?",
                "AUTH user hunter2 | AUTH ?",
                "HELLO 3 AUTH default hunter2 | HELLO ?",
                "CONFIG SET requirepass hunter2 | CONFIG ?",
                "EVAL script 1 key | EVAL ?",
                "ACL SETUSER bob >hunter2 | ACL ?",
                "PING | PING",
                "s3cret x | ? ?",
                "SET user:? ? | SET user:? ?",
                "SET a 'never ends | SET a ?"
            })
    void redis_keepsTheCommandAndThePatternOfItsKey(String command, String expected) {
        assertThat(statements.redact(command, "redis")).isEqualTo(expected);
        assertThat(statements.redact(expected, "redis")).isSameAs(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "h2 | SELECT $$it's bob$$, 1 | SELECT ?, ?",
                "cassandra | INSERT INTO t (a) VALUES ($$it's bob$$) | INSERT INTO t (a) VALUES (?)",
                "cassandra | UPDATE t SET a = ['bob'] | UPDATE t SET a = [?]",
                "gcp.spanner | SELECT '''it's bob''', a | SELECT ?, a",
                "bigquery | SELECT \"\"\"it\"s bob\"\"\", '', \"\", a | SELECT ?, ?, ?, a",
                "bigquery | SELECT '''it\\'''s bob''' # bob | SELECT ?",
                "bigquery | SELECT '''it's bob | SELECT ?",
                "sqlite | SELECT \"a\".\"b\" FROM \"t\" WHERE c = \"Bob\" | SELECT \"a\".\"b\" FROM \"t\" WHERE c = ?",
                "mssql | SELECT [a] FROM t WHERE c = \"it is Bob\" | SELECT [a] FROM t WHERE c = ?"
            })
    void sql_endsLiteralsAsItsDatabaseDoes(String system, String statement, String expected) {
        String redacted = statements.redact(statement, system);

        assertThat(redacted.stripTrailing()).isEqualTo(expected);
        assertThat(statements.redact(redacted, system)).isSameAs(redacted);
    }

    @Test
    void redis_takesSeveralCommandsOnLinesOfTheirOwn() {
        assertThat(statements.redact("SET a:1 x\nAUTH p\r\nGET b:2\n", "redis"))
                .isEqualTo("SET a:? ?\nAUTH ?\r\nGET b:?\n");
        assertThat(found).containsExactly(Rule.REDIS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "set user:42:token 0 60 7\\r\\nhunter\\r\\n | set user:?:token ?",
                "cas user:token 0 60 7 9 noreply\\r\\nhunter 2\\r\\n | cas ?",
                "set a 0 60 7\\nhunter | set a ?",
                "set \"a 0 60 7\\r\\nhunter\" | set ?",
                "\\r\\nget user:42 | get user:?",
                "\\r\\n | ^^",
                "set a 0 60 7 | set a ?",
                "get a | get a"
            })
    void memcached_keepsTheCommandAndNothingOfTheDataBehindIt(String commands, String expected) {
        String statement = commands.replace("\\r", "\r").replace("\\n", "\n");

        assertThat(statements.redact(statement, "Memcached")).isEqualTo(expected);
        assertThat(statements.redact(expected, "memcached")).isSameAs(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"query\":{\"match\":{\"name\":\"bob\"}},\"size\":10} | {\"query\":{\"match\":{\"name\":\"?\"}},\"size\":\"?\"}",
                "{\"ids\":[1,2,3],\"ok\":true} | {\"ids\":[\"?\"],\"ok\":\"?\"}",
                "{\"a\":\"it\\\"s\", \"b\": null} | {\"a\":\"?\", \"b\": \"?\"}",
                "{find: \"users\", filter: {_id: ObjectId(\"65a\")}} | {find: \"?\", filter: {_id: \"?\"(\"?\")}}",
                "{\"a\":\"never ends | {\"a\":\"?\"",
                "{\"a\":[{\"b\":1},{\"b\":2}]} | {\"a\":[{\"b\":\"?\"},{\"b\":\"?\"}]}"
            })
    void json_keepsNamesOnly(String body, String expected) {
        assertThat(statements.redact(body, "elasticsearch")).isEqualTo(expected);
        assertThat(statements.redact(expected, "mongodb")).isSameAs(expected);
    }

    /** One digit becomes three characters. */
    @Test
    void json_thatGrowsBeyondTheBoundIsCutToo() {
        String body = "{1}".repeat(20_000);

        String redacted = statements.redact(body, "mongodb");

        assertThat(redacted.length()).isBetween(JsonText.MAX_LENGTH - 10, JsonText.MAX_LENGTH);
        assertThat(redacted).startsWith("{\"?\"}{\"?\"}").doesNotContain("1");
        assertThat(statements.redact(redacted, "mongodb")).isSameAs(redacted);
    }

    @Test
    void language_isThatOfTheSystemOrElseGuessed() {
        assertThat(statements.redact("SELECT 'x'", null)).isEqualTo("SELECT ?");
        assertThat(statements.redact("{\"a\":1}", null)).isEqualTo("{\"a\":\"?\"}");
        assertThat(statements.redact("{call p('x')}", "oracle.db")).isEqualTo("{call p(?)}");
        assertThat(found).containsExactly(Rule.SQL, Rule.JSON, Rule.SQL);
    }

    @Test
    void anything_isSafeAndASecondTimeChangesNothing() {
        String[] pieces = {
            "\"", "'", "\\", "{", "}", "[", "]", ":", ",", " ", "\n", "\r", "\t", "a", "1", "SET ", "GET ", "user:",
            "?", "\"?\"", "(", "\u00e4", "\u000b", "AUTH", "MGET "
        };
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(14); n >= 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            for (String system : List.of("redis", "memcached", "mongodb")) {
                String once = statements.redact(text.toString(), system);

                assertThat(statements.redact(once, system))
                        .as("%s: '%s'", system, text)
                        .isEqualTo(once);
            }
        }
    }
}
