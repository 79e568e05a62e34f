package io.dharma.tracing.redaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.Map;

/**
 * Whatever a text holds: a secret on a line of its own in it goes, a second time changes nothing more, and each character
 * is looked at so many times at most.
 */
class RedactorFuzzTest {

    /** In a longer text, what takes a time that grows faster than the text goes far beyond that. */
    private static final int COPIES = 8;

    private static final String SECRET = "Zx81Kq07Vb54Mn29Lw63";

    private static final List<String> LINES = List.of(
            "password=" + SECRET,
            "\"apiKey\": \"" + SECRET + "\"",
            "Authorization: Bearer " + SECRET,
            "GET https://bob:" + SECRET + "@example.com/orders?page=2",
            "GET /orders?access_token=" + SECRET + "&page=2",
            "<password>" + SECRET + "</password>",
            "deploy --password " + SECRET);

    private static final TextScan EVERYTHING = LinearityTest.everything(false);
    private static final Redactor PLAIN = Redactor.create();
    private static final Redactor STRICT = Redactor.builder()
            .emails(EmailPolicy.MASK)
            .ips(IpPolicy.TRUNCATE)
            .secretKeys("badge")
            .build();

    @DictionaryEntries({
        "password=",
        "Authorization: ",
        "Bearer ",
        "://",
        "?token=",
        "\":\"",
        "-----BEGIN PRIVATE KEY-----",
        "-----END ",
        "eyJhbGciOiJIUzI1NiJ9.",
        "%3D",
        "[redacted]",
        "Cookie: a=b",
        "at a.b(C.java:1)",
        "4111 1111 1111 1111"
    })
    @FuzzTest
    void text(byte[] bytes) {
        String text = new String(bytes, UTF_8);

        assertOnceIsEnough(PLAIN, text);
        assertOnceIsEnough(STRICT, text);
        // One of them is enough for one input.
        assertGone(text, LINES.get(text.length() % LINES.size()));
        assertLookedAtAFewTimes(text.repeat(COPIES));
    }

    private static void assertOnceIsEnough(Redactor redactor, String text) {
        String once = redactor.redactText(text);
        String query = query(redactor, text);

        assertThat(once.length()).isLessThanOrEqualTo(Find.MARKER.length() * text.length());
        assertThat(redactor.redactText(once)).isSameAs(once);
        assertThat(query(redactor, query)).isSameAs(query);
    }

    private static String query(Redactor redactor, String text) {
        return redactor.redact(Map.of("url.query", text)).getOrDefault("url.query", "");
    }

    private static void assertGone(String text, String line) {
        int middle = text.length() / 2;
        String with = text.substring(0, middle) + "\n" + line + "\n" + text.substring(middle);

        assertThat(PLAIN.redactText(with)).doesNotContain(SECRET);
    }

    private static void assertLookedAtAFewTimes(String text) {
        CountedText counted = new CountedText(text);

        CharSequence unused = EVERYTHING.pass(counted);

        assertThat(counted.looks()).isLessThanOrEqualTo((long) LinearityTest.MOST_LOOKS * (text.length() + 64));
    }
}
