package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PseudonymsTest {

    /** RFC 4231, test case 1. */
    private static final byte[] KEY = new byte[20];

    static {
        Arrays.fill(KEY, (byte) 0x0b);
    }

    private final Pseudonyms pseudonyms = Pseudonyms.withKey("k1", KEY);

    @Test
    void pseudonym_isTheStandardsHashWithItsKeysId() {
        assertThat(pseudonyms.of("Hi There"))
                .startsWith("k1:b0344c61d8db38535ca8afce")
                .hasSize(3 + 32);
    }

    @Test
    void pseudonym_dependsOnIdentityAndKey() {
        Pseudonyms other = Pseudonyms.withKey("k2", "another key of 16".getBytes(StandardCharsets.UTF_8));

        assertThat(pseudonyms.of("alice")).isEqualTo(pseudonyms.of("alice")).isNotEqualTo(pseudonyms.of("bob"));
        assertThat(other.of("alice").substring(3))
                .isNotEqualTo(pseudonyms.of("alice").substring(3));
    }

    @Test
    void pseudonym_ofAPseudonymIsItself() {
        String once = pseudonyms.of("alice");

        assertThat(pseudonyms.of(once)).isSameAs(once);
        assertThat(pseudonyms.isPseudonym(once)).isTrue();
        assertThat(pseudonyms.isPseudonym(once.toUpperCase(Locale.ROOT))).isFalse();
        assertThat(pseudonyms.isPseudonym("k1:short")).isFalse();
    }

    @Test
    void pseudonym_thatSomebodyMadeUpIsAnIdentity() {
        String real = pseudonyms.of("alice");
        String otherProof = real.substring(0, 27) + (real.endsWith("00000000") ? "00000001" : "00000000");
        String otherHash = "k1:" + "0".repeat(24) + real.substring(27);
        String beginningOfHash = pseudonyms.of("0".repeat(24)).substring(3, 11);

        for (String forged :
                List.of("k1:" + "0".repeat(24), otherProof, otherHash, "k1:" + "0".repeat(24) + beginningOfHash)) {
            assertThat(pseudonyms.isPseudonym(forged)).as(forged).isFalse();
            assertThat(pseudonyms.of(forged)).as(forged).isNotEqualTo(forged);
        }
    }

    @Test
    void pseudonyms_ofManyThreadsAreThoseOfOne() {
        String expected = pseudonyms.of("alice");

        assertThat(IntStream.range(0, 20_000).parallel().mapToObj(i -> pseudonyms.of("alice")))
                .containsOnly(expected);
    }

    @Test
    void perProcess_keysDifferEachTime() {
        Pseudonyms first = Pseudonyms.perProcess();

        assertThat(first.isPerProcess()).isTrue();
        assertThat(first.of("alice"))
                .startsWith("tmp:")
                .isNotEqualTo(Pseudonyms.perProcess().of("alice"));
    }

    @Test
    void key_isCopiedAndNotShown() {
        byte[] key = KEY.clone();
        Pseudonyms copied = Pseudonyms.withKey("k1", key);
        Arrays.fill(key, (byte) 0);

        assertThat(copied.of("alice")).isEqualTo(pseudonyms.of("alice"));
        assertThat(pseudonyms).hasToString("Pseudonyms{key k1}");
    }

    @Test
    void wrongKeys_areRefusedByName() {
        assertThatThrownBy(() -> Pseudonyms.withKey("K 1", KEY))
                .hasMessageContaining("keyId")
                .hasMessageContaining("K 1");
        assertThatThrownBy(() -> Pseudonyms.withKey("", KEY)).hasMessageContaining("keyId");
        assertThatThrownBy(() -> Pseudonyms.withKey("k1", new byte[15]))
                .hasMessageContaining("15 bytes")
                .hasMessageContaining("16");
    }
}
