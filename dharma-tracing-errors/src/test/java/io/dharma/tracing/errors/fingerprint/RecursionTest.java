package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecursionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aaaaaa|a",
                "cabcabcabx|abc",
                "xyzabcabcabc|abc",
                "bcabcabcab|abc",
                "aabaabaab|aab",
                "abcd|''",
                "aa|''",
                "abxabyabzabw|ab"
            })
    void cycle_isFoundWhereverItBegins(String frames, String cycle) {
        assertThat(String.join("", Recursion.cycle(letters(frames)))).isEqualTo(cycle);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"aaab|ab", "xabababy|xaby", "abcabc|abc", "abc|abc", "aabb|ab", "''|''", "abcabcabd|abcabd"})
    void collapse_leavesEachBlockOnce(String frames, String collapsed) {
        assertThat(String.join("", Recursion.collapse(letters(frames)))).isEqualTo(collapsed);
    }

    private static List<String> letters(String text) {
        return Arrays.stream(text.split("", -1))
                .filter(letter -> !letter.isEmpty())
                .toList();
    }
}
