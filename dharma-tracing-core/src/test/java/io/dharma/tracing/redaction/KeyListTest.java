package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyListTest {

    private final KeyList keys = new KeyList(Set.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "PASSWORD",
                "passWord",
                "user.password",
                "user_password",
                "userPassword",
                "DB_PASSWORD",
                "password1",
                "password_hash",
                "old-password",
                "passwd",
                "pwd",
                "passphrase",
                "passhash",
                "secret",
                "client_secret",
                "clientSecret",
                "token",
                "accessToken",
                "X-Auth-Token",
                "api_key",
                "apiKey",
                "APIKey",
                "X-Api-Key",
                "APIKEY",
                "app key",
                "access.key",
                "private-key",
                "SECRET_KEY",
                "signingKey",
                "encryption_key",
                "masterKey",
                "license-key",
                "auth",
                "authorization",
                "http.request.header.authorization",
                "Proxy-Authorization",
                "authentication",
                "credential",
                "credentials",
                "apiSecret",
                "bearer",
                "jwt",
                "jti",
                "otp",
                "2fa",
                "twoFactor",
                "pin",
                "pinCode",
                "cvv",
                "cvc",
                "cc_number",
                "creditCard",
                "credit_card",
                "card.number",
                "iban",
                "routing_number",
                "ssn",
                "session",
                "session.id",
                "JSESSIONID",
                "JSESSIONIDSSO",
                "PHPSESSID",
                "connect.sid",
                "cookie",
                "Set-Cookie",
                "csrf",
                "csrf_token",
                "xsrf",
                "XSRF-TOKEN",
                "x-forwarded-for",
                "x_real_ip",
                "remote_addr",
                "forwarded",
                "connection_string",
                "database_url",
                "DB_URL",
                "MYSQL_PWD",
                "salt",
                "nonce",
                "pem_file",
                "ssh_key",
                "pgpKey",
                "recaptcha_key",
                "refresh_token",
                "service_account_credentials",
                "aws.secretAccessKey",
                "http.request.header.authorization.0",
                "password.encrypted",
                "token_for_bob"
            })
    void name_ofASecretIsFoundInAnySpelling(String name) {
        assertThat(keys.isSecret(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "author",
                "authority",
                "tokenizer",
                "tokens",
                "max_tokens",
                "passenger",
                "passport",
                "bypass",
                "compass",
                "secretary",
                "keyboard",
                "monkey",
                "pinned",
                "spin",
                "opinion",
                "sessions",
                "obsession",
                "salty",
                "basalt",
                "saltlake",
                "cookies",
                "unauthorized",
                "credentialed",
                "key",
                "primary_key",
                "keys",
                "user.id",
                "id",
                "",
                "-",
                "...",
                "url",
                "database",
                "gen_ai.usage.input_tokens",
                "token.type",
                "token_count",
                "password.length",
                "session_timeout",
                "secretName",
                "auth.method",
                "cookie.domain",
                "token-expires-at",
                "forwarding",
                "nonces",
                "robot",
                "jwts"
            })
    void name_ofSomethingElseIsNot(String name) {
        assertThat(keys.isSecret(name)).isFalse();
    }

    @Test
    void lastWord_thatIsPartOfTheEntryCounts() {
        // "url" as a last word usually only says where something is.
        assertThat(keys.isSecret("database_url")).isTrue();
        assertThat(keys.isSecret("token_url")).isFalse();
    }

    @Test
    void additional_areMatchedLikeTheOthers() {
        KeyList more = new KeyList(Set.of("Employee-Number"));

        assertThat(more.isSecret("hr.employeeNumber")).isTrue();
        assertThat(more.isSecret("employee_numbers")).isFalse();
        assertThat(more.inText("employee number", 0, 15)).isEqualTo(Sensitivity.CERTAIN);
    }

    @Test
    void inText_onlyTheLastWordsCount() {
        assertThat(keys.inText("the password", 0, 12)).isEqualTo(Sensitivity.CERTAIN);
        assertThat(keys.inText("password field", 0, 14)).isNull();
        assertThat(keys.inText("passwordHash", 0, 12)).isEqualTo(Sensitivity.CERTAIN);
        assertThat(keys.inText("token1", 0, 6)).isEqualTo(Sensitivity.LIKELY);
        assertThat(keys.inText("com.acme.TokenException", 0, 23)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {900, 5_000})
    @Timeout(30)
    void manyKeysOfTheApplication_areAllFound_andNothingElse(int count) {
        List<String> names =
                IntStream.range(0, count).mapToObj(i -> "field" + i + "x").toList();
        KeyList keys = new KeyList(names);

        assertThat(names).allMatch(keys::isSecret);
        assertThat(keys.isSecret("password")).isTrue();
        assertThat(keys.isSecret("field" + count + "x")).isFalse();
    }
}
