package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a text holds, looking through one sixteen times as long takes about sixteen times as many looks at its
 * characters. Looks are counted, so that no machine is too busy for this test.
 */
class LinearityTest {

    private static final int SHORT = 2 * 1024;
    private static final int LONGER = 16;

    /** Against what does not grow with the text, such as what is looked ahead at its very end. */
    private static final double TOLERANCE = 1.1;

    /** For every character, of the worst text. */
    static final int MOST_LOOKS = 400;

    private final TextScan texts = everything(false);
    private final TextScan queries = everything(true);

    /** With all scanners that there are. */
    static TextScan everything(boolean queries) {
        KeyList keys = new KeyList(Set.of());
        return new TextScan(
                List.of(
                        new PrivateKeyScanner(),
                        new FlagScanner(keys),
                        new ClientScanner(),
                        new JwtScanner(),
                        new AuthSchemeScanner(),
                        new TokenScanner(),
                        new UserInfoScanner(),
                        new SsnScanner(),
                        new CardScanner(),
                        new IbanScanner(),
                        new EmailScanner(EmailScanner.masking()),
                        new IpScanner(),
                        new AssignmentScanner(keys, Set.of(), true, queries)),
                Set.of(),
                rule -> {});
    }

    static Stream<String> nastyPieces() {
        return Stream.of(
                "a",
                "eyI",
                "eyJ",
                "eyJ.",
                "eyJ-",
                "eyJhbGciOiJIUzI1NiJ9.",
                "eyJhbGciOiJIUzI1NiJ9",
                "1",
                "4",
                "4 ",
                "4111-",
                "4111 1111 ",
                "1.",
                "1:",
                "::",
                "a:",
                "a@",
                "@",
                "a.@",
                "@a.",
                "%",
                "%3D",
                "%41",
                "a%3D",
                "token%3D",
                "=",
                "a=",
                "session=",
                "session=a",
                "token=",
                "token=a",
                "token:",
                "auth: ",
                "password",
                "password=",
                "password:",
                "password: ",
                "password: a ",
                "password='",
                "password=\"",
                "\"password\":\"",
                "\\\"password\\\":\\\"",
                "\\",
                "'",
                "\"",
                "password '",
                "password=[",
                "password={",
                "session=[",
                "[",
                "{",
                "(",
                ")",
                "]",
                "-",
                "--",
                "---",
                "-----BEGIN ",
                "-----BEGIN PRIVATE KEY-----",
                "-----END ",
                "--password ",
                "--user a:",
                "mysql -",
                "mysql -p",
                "sqlplus -",
                "sshpass ",
                "sshpass -",
                "sshpass -p ",
                "sshpass -P '",
                "login ",
                "login -u -",
                "login -u a -p ",
                "login \\\n",
                "-storepass ",
                "password[]=",
                "password[1",
                "1]",
                "[]",
                "[]=",
                "%5B%5D",
                "%5B1%5D=",
                "sqlplus a/",
                "glpat-",
                "hf_Aa",
                "Bearer aA",
                "://a:a/",
                "://a:a/@",
                "password:\n a",
                "password: |\n",
                "password=${",
                "password -> ",
                "password := ",
                "<password a=\"b\">",
                "<password><![CDATA[",
                "\"password\",\"value\":\"",
                "%22password%22%3A%22",
                "-u a",
                "-u a:",
                "<",
                ">",
                "<password>",
                "<a>",
                "name=\"password\">",
                "value=",
                "\"a\" value=",
                "Cookie: ",
                "Cookie: a=b",
                "Cookie: a",
                "Authorization: ",
                "Authorization: Digest ",
                "Authorization: a ",
                "Bearer ",
                "Bearer a",
                "Bearer",
                "Basic ",
                "Basic YTo",
                "Basic YWFh",
                "://",
                "://a:",
                "://a@",
                "a://b:c@",
                "thin:",
                "thin:a/",
                "?token=",
                "?a=",
                "&sig=",
                "sk-",
                "sk-1",
                "xoxb-",
                "SG.",
                "AKIA",
                "ghp_",
                "key-",
                "hooks.slack.com/services/",
                "DE",
                "DE00",
                "DE00 0000 ",
                "123-",
                "123-45-",
                "\n",
                "\nat ",
                "\n\tat a",
                "\n\tat a(",
                "\n at a(b)",
                " ",
                "\t",
                "token ",
                "token = ",
                "a b ",
                "passwordHash",
                "aB",
                "aB:",
                "_a",
                "_a:",
                "a-b.",
                "a.b:",
                "key=value&",
                ";",
                ",",
                "password=a,",
                "password=a)",
                "password=)",
                "\u00e4",
                "\u00e4=",
                "\ud83d\ude00",
                "\u0000",
                "\r\n",
                "fe80::",
                "f:",
                "0:0:",
                "255.");
    }

    @ParameterizedTest
    @MethodSource("nastyPieces")
    void textOfPieces_takesTimeInProportionToItsLength(String piece) {
        assertLinear(piece, texts::pass);
    }

    @ParameterizedTest
    @MethodSource("nastyPieces")
    void queryOfPieces_takesTimeInProportionToItsLength(String piece) {
        assertLinear(piece, queries::pass);
    }

    static Stream<String> nastySql() {
        return Stream.of(
                "a",
                "1",
                "'",
                "''",
                "'a",
                "\\'",
                "'\\'",
                "\"",
                "\"a\"",
                "\"a",
                "`",
                "[",
                "[a",
                "$",
                "$$",
                "$a",
                "$a$",
                "$1",
                "/*",
                "*/",
                "/**/",
                "--",
                "-- \n",
                "#",
                "(",
                ")",
                "((",
                "IN (",
                "IN (1",
                "IN (1,",
                "IN (1)",
                "IN ((",
                "VALUES (",
                "VALUES (1),",
                "VALUES (a",
                "VALUES (a),",
                ",(",
                ",(1)",
                ", ",
                "IDENTIFIED BY ",
                "IDENTIFIED BY a",
                "IDENTIFIED BY 1!",
                "WITH PASSWORD ",
                "WITH PASSWORD a-/",
                "'''",
                "'''a",
                "\"\"\"",
                "q'",
                "q'[",
                "E'",
                "N'",
                "x'",
                "?",
                ":",
                ":a",
                "::",
                "@a",
                "= \"a\"",
                "=  \"",
                "1e",
                "1e+",
                "0x",
                ".",
                ".1",
                "1.",
                " ",
                "\u00e4",
                "null,");
    }

    @ParameterizedTest
    @MethodSource("nastySql")
    void statementOfPieces_takesTimeInProportionToItsLength(String piece) {
        for (SqlDialect dialect : SqlDialect.values()) {
            String little = piece.repeat(SqlText.MAX_LENGTH / LONGER / piece.length() / 2);
            assertLinear(little, piece, text -> SqlText.redact(text, dialect));
        }
    }

    @Test
    void ordinaryText_isLookedAtAFewTimes() {
        String text = """
                2026-03-01 12:00:01.123 INFO  [http-nio-8080-exec-7] c.a.orders.OrderService : order 4711 of customer 42 shipped
                GET /orders/018f4c2e-7b1a-7c3d-9e5f-0a1b2c3d4e5f?page=2&sort=price 200 in 12 ms, {"state":"shipped","lines":3}
                java.lang.IllegalStateException: no such order
                \tat com.acme.orders.OrderService.find(OrderService.java:42)
                \tat java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)
                """;
        CountedText counted = new CountedText(text);

        assertThat(texts.pass(counted)).isSameAs(counted);
        double looks = (double) counted.looks() / text.length();
        System.out.printf(Locale.ROOT, "looks at each character of an ordinary text: %.2f%n", looks);
        assertThat(looks).isLessThan(6);
    }

    private static void assertLinear(String piece, UnaryOperator<CharSequence> work) {
        assertLinear(piece.repeat(SHORT / piece.length()), piece, work);
    }

    private static void assertLinear(String little, String piece, UnaryOperator<CharSequence> work) {
        long few = looks(little, work);
        long many = looks(little.repeat(LONGER), work);

        assertThat(few).as("looks at each character of '%s'...", piece).isLessThan((long) MOST_LOOKS * little.length());
        assertThat((double) many).as("'%s'...", piece).isLessThan(few * LONGER * TOLERANCE + 2_000);
    }

    private static long looks(String text, UnaryOperator<CharSequence> work) {
        CountedText counted = new CountedText(text);
        CharSequence unused = work.apply(counted);
        return counted.looks();
    }
}
