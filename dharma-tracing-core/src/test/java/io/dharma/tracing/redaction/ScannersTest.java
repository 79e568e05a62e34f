package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each scanner leaves of a text, beside the corpus. */
class ScannersTest {

    private final Redactor redactor = Redactor.create();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "password=hunter2 for bob | password=[redacted] for bob",
                "user=bob, password=hunter2, retry=3 | user=bob, password=[redacted], retry=3",
                "{\"password\":\"hunter2\",\"user\":\"bob\"} | {\"password\":\"[redacted]\",\"user\":\"bob\"}",
                "{\\\"password\\\":\\\"hunter2\\\",\\\"a\\\":1} | {\\\"password\\\":\\\"[redacted]\\\",\\\"a\\\":1}",
                "Login[user=bob, password=hunter2] | Login[user=bob, password=[redacted]]",
                "Login(password=hun)ter2) | Login(password=[redacted])",
                "<password>hunter2</password><a>b</a> | <password>[redacted]</password><a>b</a>",
                "<add key=\"password\" value=\"hunter2\" /> | <add key=\"password\" value=\"[redacted]\" />",
                "<p name=\"password\">hunter2</p> | <p name=\"password\">[redacted]</p>",
                "Authorization: Bearer abcdefgh1 | Authorization: Bearer [redacted]",
                "Authorization: Digest username=\"bob\", response=\"ab12\" | Authorization: Digest [redacted]",
                "-H 'Authorization: Digest username=\"bob\"' -v | -H 'Authorization: Digest [redacted]' -v",
                "Cookie: a=b; c=d | Cookie: [redacted]",
                "curl -u bob:hunter2 https://h | curl -u bob:[redacted] https://h",
                "tool --password hunter2 --verbose | tool --password [redacted] --verbose",
                "tool --password=hunter2 --verbose | tool --password=[redacted] --verbose",
                "https://bob:hunter2@host/a?b=c | https://host/a?b=c",
                "https://host/a?token=abc&page=2#x | https://host/a?token=[redacted]&page=2#x",
                "/a?redirect=%2Fb%3Ftoken%3Dabc123%26page%3D2 | /a?redirect=%2Fb%3Ftoken%3D[redacted]%26page%3D2",
                "jdbc:oracle:thin:scott/tiger@//db:1521/x | jdbc:oracle:thin:@//db:1521/x",
                "secret={a=b, c={d}} next | secret=[redacted] next",
                "DB_PASS=hunter2 x | DB_PASS=[redacted] x",
                "{\"pass\":\"hunter2\"} | {\"pass\":\"[redacted]\"}",
                "https://h/?pass=x&a=1 | https://h/?pass=[redacted]&a=1",
                "{\"passwords\":[\"hunter\",\"swordfish\"],\"a\":1} | {\"passwords\":[redacted],\"a\":1}",
                "confirmpassword=hunter | confirmpassword=[redacted]",
                "aes.key=abcdef | aes.key=[redacted]",
                "x-functions-key: abcdef | x-functions-key: [redacted]",
                "Ocp-Apim-Subscription-Key: abcdef | Ocp-Apim-Subscription-Key: [redacted]",
                "password=      hunter | password=      [redacted]",
                "password\t=\t\thunter | password\t=\t\t[redacted]",
                "password -> hunter, a | password -> [redacted], a",
                "password := hunter | password := [redacted]",
                "curl --user bob:hunter https://h | curl --user bob:[redacted] https://h",
                "<wsse:Password Type=\"x\">hunter</wsse:Password> | <wsse:Password Type=\"x\">[redacted]</wsse:Password>",
                "<password><![CDATA[hunter]]></password> | <password><![CDATA[[redacted]]]></password>",
                "{\"name\":\"password\",\"value\":\"hunter\"} | {\"name\":\"password\",\"value\":\"[redacted]\"}",
                "{\"name\": \"password\", \"value\": \"hunter\"} | {\"name\": \"password\", \"value\": \"[redacted]\"}",
                "password=${hunter next | password=[redacted] next",
                "postgres://bob:pa/ss@db/x | postgres://db/x",
                "https://h/?auth=none1&pin=1111&password=none | https://h/?auth=[redacted]&pin=[redacted]&password=[redacted]",
                "token: 2024-01-01a | token: [redacted]",
                "mysql -u root -phunter shop | mysql -u root -p[redacted] shop",
                "mysqldump -h db -p'hun ter' shop | mysqldump -h db -p'[redacted]' shop",
                "sqlplus -s scott/tiger@orcl | sqlplus -s scott/[redacted]@orcl",
                "sshpass -p hunter ssh -p 2222 bob@host | sshpass -p [redacted] ssh -p 2222 bob@host",
                "sshpass -phunter ssh bob@host | sshpass -p[redacted] ssh bob@host",
                "/usr/bin/sshpass -v -P 'the pass' -p 'hun ter' scp a b: | /usr/bin/sshpass -v -P 'the pass' -p '[redacted]' scp a b:",
                "docker login -u bob -p hunter registry.io | docker login -u bob -p [redacted] registry.io",
                "docker login registry.io -p hunter --username bob | docker login registry.io -p [redacted] --username bob",
                "docker login -u bob -phunter && ssh -p 2222 host | docker login -u bob -p[redacted] && ssh -p 2222 host",
                "keytool -storepass hunter -keypass swordfish -list | keytool -storepass [redacted] -keypass [redacted] -list",
                "keytool -importkeystore -srcstorepass hunter -v | keytool -importkeystore -srcstorepass [redacted] -v",
                "password[]=hunter&a=b | password[]=[redacted]&a=b",
                "a=b&user[password][]=hunter | a=b&user[password][]=[redacted]",
                "password[0]=hunter&a=b | password[0]=[redacted]&a=b",
                "password%5B%5D=hunter&a=b | password%5B%5D=[redacted]&a=b",
                "{\"password[]\":\"hunter\"} | {\"password[]\":\"[redacted]\"}",
                "/a?q=%7B%22password%22%3A%22hunter%22%2C%22a%22%3A1%7D | /a?q=%7B%22password%22%3A%22[redacted]%22%2C%22a%22%3A1%7D",
                "password is wrong | password is wrong",
                "card 4111 1111 1111 1111, thanks | card [redacted], thanks",
                "pan 378282246310005. | pan [redacted].",
                "DE89 3704 0044 0532 0130 00 | [redacted]",
                "ssn 078-05-1120 | ssn [redacted]"
            })
    void find_isTakenOutAndItsSurroundingsStay(String text, String expected) {
        assertThat(redactor.redactText(text)).isEqualTo(expected);
        assertThat(redactor.redactText(expected)).isSameAs(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"password:\n  hunter\nuser: bob", "password: |\n  hunter\nuser: bob", "password: >-\r\n\thunter"
            })
    void value_onTheNextLineGoes(String text) {
        String redacted = redactor.redactText(text);

        assertThat(redacted).isEqualTo(text.replace("hunter", "[redacted]"));
        assertThat(redactor.redactText(redacted)).isSameAs(redacted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password=${db.password}",
                "{a=${db.password}, password=${db.password}}",
                "bad password:\n\tat com.acme.Login.check(Login.java:42)",
                "secret:\n  name:\n    x",
                "secret:\n  name: x",
                "passwords=12",
                "mysql -u root -p shop",
                "mysql is down, so java -parallel was not started",
                "sqlplus / as sysdba",
                "sqlplus scott@orcl",
                "sshpass -e ssh -p 2222 bob@host",
                "sshpass -f .secret ssh -p 2222 bob@host",
                "sshpass -p \"$SSH_PASSWORD\" ssh host",
                "docker login -u bob --password-stdin registry.io",
                "docker login -u bob registry.io && docker run -p 8080:80 a",
                "docker login -u bob registry.io; ssh -p 2222 host",
                "docker login registry.io\nssh -u bob -p 2222 host",
                "login -p -h host bob",
                "keytool -list -keystore a.jks",
                "pre-secret text and -token expired",
                "items[]=1&items[]=2",
                "order[0]=hunter",
                "passwords[i] = x",
                "/a?q=%7B%22user%22%3A%22bob%22%7D",
                "https://h/?auth=none&pin=true",
                "token: 2024-01-01",
                "token: 2024-01-01T10:00:00.123Z",
                "tests pass: 12",
                "pass=true",
                "http://host:8080/@scope/package",
                "https://host/a:b/c@d",
                "http://[::1]/a@b",
                "{\"name\":\"user\",\"value\":\"bob\"}",
                "<a password=\"\" b=\"c\">text</a>"
            })
    void text_thatOnlyLooksLikeOneStays(String text) {
        assertThat(redactor.redactText(text)).isSameAs(text);
    }

    /** Of letters alone, as Hugging Face makes them all, and others one in fifty. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "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",
                "sk_live_QwErTyUiOpAsDfGhJkLzXcVb",
                "glpat-QwErTyUiOpAsDfGhJkLz",
                "hvs.QwErTyUiOpAsDfGhJkLzXcVb",
                "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",
                "whsec_QwErTyUiOpAsDfGhJkLzXcVbNmQwErTy",
                "AKIAQWERTYUIOPASDFGH"
            })
    void token_withoutDigitsGoes(String token) {
        assertThat(redactor.redactText("key " + token + ", thanks")).isEqualTo("key [redacted], thanks");
    }

    @Test
    void token_withItsOnlyDigitFarBehindGoes() {
        assertThat(redactor.redactText("sk_test_" + "abcdefgh".repeat(4) + "9")).isEqualTo("[redacted]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111112", "4111111111111111a", "a4111111111111111", "0.4111111111111111",
                        "4111111111111111.5",
                "1111111111111117", "4111-1111-1111-1112", "id-4111111111111111", "4111111111111111-7f",
                        "411111111111111"
            })
    void number_thatIsNoCardStays(String text) {
        assertThat(redactor.redactText(text)).isSameAs(text);
    }

    /** Published test numbers of the schemes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111111",
                "4222222222222",
                "5555555555554444",
                "2223003122003222",
                "378282246310005",
                "6011111111111117",
                "30569309025904",
                "3530111333300000",
                "6304000000000000",
                "6200000000000005",
                "2200000000000004"
            })
    void number_ofACardGoes(String text) {
        assertThat(redactor.redactText("pay " + text)).isEqualTo("pay [redacted]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DE89370400440532013001",
                "XX89370400440532013000",
                "DE8937040044053201300",
                "de89370400440532013000"
            })
    void number_thatIsNoAccountStays(String text) {
        assertThat(redactor.redactText(text)).isSameAs(text);
    }

    @Test
    void frames_ofAStackTraceStayReadable() {
        String trace = """
                com.acme.LoginException: no access with password=hunter2
                \tat com.acme.auth.Password.token(Password.java:42)
                \tat app//com.acme.secret.Key$Inner.<init>(Key.java:7)
                \tat java.base/jdk.internal.reflect.Method.invoke(Native Method)
                \tSuppressed: java.io.IOException: token=abcdef123456
                \t\tat com.acme.Token.pin(Token.java:1234)
                \t\t... 3 more
                Caused by: java.net.ConnectException: https://bob:hunter2@db
                \tat com.acme.Db.password(Db.java:1)
                """;

        assertThat(redactor.redactText(trace))
                .isEqualTo(trace.replace("password=hunter2", "password=[redacted]")
                        .replace("abcdef123456", "[redacted]")
                        .replace("bob:hunter2@", ""));
    }

    @Test
    void line_thatOnlyBeginsLikeAFrameIsSearched() {
        assertThat(redactor.redactText("x\n\tat com.acme password=hunter2 (A.java:1)"))
                .isEqualTo("x\n\tat com.acme password=[redacted] (A.java:1)");
    }

    @Test
    void longText_isSearchedToItsEnd() {
        String start = "all is well. ".repeat(20_000);

        assertThat(redactor.redactText(start + "password=hunter2")).isEqualTo(start + "password=[redacted]");
        assertThat(redactor.redactText("password=" + "x1".repeat(100_000))).isEqualTo("password=[redacted]");
    }

    @ParameterizedTest
    @CsvSource({
        "write to bob@example.com now,write to ***@example.com now",
        "a.b+c@sub.example.co.uk.,***@sub.example.co.uk.",
        "<bob@example.com>,<***@example.com>",
        "***@example.com,***@example.com",
        "bob@localhost,bob@localhost",
        "@Override,@Override",
        "git@v1.2,git@v1.2"
    })
    void emails_areMaskedOnRequest(String text, String expected) {
        Redactor masking = Redactor.builder().emails(EmailPolicy.MASK).build();

        assertThat(masking.redactText(text)).isEqualTo(expected);
        assertThat(redactor.redactText(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({
        "from 203.0.113.77:8080,from 203.0.113.0:8080",
        "/203.0.113.77,/203.0.113.0",
        "203.0.113.0,203.0.113.0",
        "127.0.0.1,127.0.0.1",
        "1.2.3,1.2.3",
        "1.2.3.4.5,1.2.3.4.5",
        "v1.2.3.4,v1.2.3.4",
        "300.1.2.3,300.1.2.3",
        "2001:db8:1:2:3:4:5:6,2001:db8:1::",
        "2001:db8::1,2001:db8::",
        "[fe80::1:2]:80,[fe80::]:80",
        "2001:db8:1::,2001:db8:1::",
        "12:34:56,12:34:56",
        "a::b::c,a::b::c",
        "::1,::1"
    })
    void addresses_areTruncatedOnRequest(String text, String expected) {
        Redactor truncating = Redactor.builder().ips(IpPolicy.TRUNCATE).build();

        assertThat(truncating.redactText(text)).isEqualTo(expected);
        assertThat(truncating.redactText(expected)).isEqualTo(expected);
        assertThat(redactor.redactText(text)).isSameAs(text);
    }
}
