package io.dharma.tracing.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThresholdTest {

    /** The column for four digits of the table in OpenTelemetry's specification, and simple fractions by hand. */
    @ParameterizedTest
    @CsvSource({
        "1, 0",
        "0.75, 4",
        "0.5, 8",
        "0.3333333333333333, aaab",
        "0.25, c",
        "0.2, cccd",
        "0.125, e",
        "0.1, e666",
        "0.0625, f",
        "0.01, fd70a",
        "0.001, ffbe77",
        "0.0001, fff9724",
        "0.00001, ffff583a",
        "0.000001, ffffef39",
    })
    void ofRatio_agreesWithTheSpecification(double ratio, String digits) {
        assertThat(Threshold.ofRatio(ratio).digits()).isEqualTo(digits);
    }

    @Test
    void ofRatio_keepsEvenTheSmallestRatioAboveZero() {
        assertThat(Threshold.ofRatio(0x1p-56).digits()).isEqualTo("ffffffffffffff");
        assertThat(Threshold.ofRatio(0x1p-55).digits()).isEqualTo("fffffffffffffe");
    }

    @Test
    void ofRatio_keepsAllWhenTheRatioIsNextToOne() {
        assertThat(Threshold.ofRatio(Math.nextDown(1.0)).digits()).isEqualTo("0");
    }

    @Test
    void ofRatio_agreesWithTheFloatingPointWayOfTheSpecification() {
        Random random = new Random(20261122);
        for (int i = 0; i < 100_000; i++) {
            double ratio = Math.pow(2, -24 * random.nextDouble()) * (0.5 + random.nextDouble() / 2);
            assertThat(Threshold.ofRatio(ratio).digits()).as("ratio %s", ratio).isEqualTo(byFloatingPoint(ratio));
        }
    }

    @Test
    void ofRatio_isOffByNoMoreThanOnePartInEightThousand() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            double ratio = Math.pow(10, -8 * random.nextDouble());
            assertThat(probability(Threshold.ofRatio(ratio).digits())).isCloseTo(ratio, within(ratio / 8192));
        }
    }

    @Test
    void keeps_comparesAsNumbersWould() {
        Random random = new Random(42);
        for (int i = 0; i < 100_000; i++) {
            Threshold threshold = Threshold.ofRatio(random.nextDouble());
            String randomness = randomDigits(random, threshold);
            boolean expected = number(randomness).compareTo(number(threshold.digits())) >= 0;
            assertThat(threshold.keeps(Long.parseLong(randomness, 16)))
                    .as("randomness %s, threshold %s", randomness, threshold)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 80000000000000, true", "8, 7fffffffffffff, false", "0, 00000000000000, true"})
    void keeps_includesTheThresholdItself(String digits, String randomness, boolean kept) {
        assertThat(threshold(digits).keeps(Long.parseLong(randomness, 16))).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "8, 0.5", "c, 0.25", "e666, 0.100006103515625", "ffffffffffffff, 1.3877787807814457E-17"})
    void probability_isExact(String digits, double expected) {
        assertThat(probability(digits)).isEqualTo(expected);
    }

    private static Threshold threshold(String digits) {
        return new Threshold(Threshold.value(digits, 0, digits.length()), digits);
    }

    private static double probability(String digits) {
        return Threshold.probability(digits, 0, digits.length());
    }

    private static BigInteger number(String digits) {
        return new BigInteger(digits + "0".repeat(14 - digits.length()), 16);
    }

    /** One in four begins as the threshold does, so that the later digits have to decide. */
    private static String randomDigits(Random random, Threshold threshold) {
        String digits = Long.toHexString(random.nextLong() | Long.MIN_VALUE).substring(2);
        return random.nextInt(4) > 0
                ? digits
                : threshold.digits() + digits.substring(threshold.digits().length());
    }

    /** The algorithm that the specification gives as an example, on hexadecimal floating point. */
    private static String byFloatingPoint(double ratio) {
        if (ratio == 1) {
            return "0";
        }
        int exponent = Math.getExponent(ratio) + 1;
        int precision = Math.max(1, Math.min(12, 4 + Math.floorDiv(exponent, -4)));
        double rejection = 2 - ratio + Math.scalb(0.5, -4 * precision);
        String text = Double.toHexString(rejection);
        String fraction = text.substring("0x1.".length(), text.indexOf('p')) + "0".repeat(13);
        String digits = fraction.substring(0, precision).replaceAll("0+$", "");
        return digits.isEmpty() ? "0" : digits;
    }
}
