package io.dharma.tracing.errors.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NegativeBinomialTest {

    @ParameterizedTest(name = "{0} or more, mean {1}, dispersion {2}")
    @CsvSource({
        "1, 0.02, 0.02",
        "1, 0.1, 1",
        "5, 0.1, 1",
        "3, 1, 0.5",
        "20, 1, 0.5",
        "50, 10, 0.1",
        "12, 10, 5",
        "400, 10, 5",
        "150, 50, 0.02",
        "1010, 1000, 0.02",
        "2000, 1000, 0.05",
        "30000, 1000, 20",
        "50, 1, 100",
        "1, 0.02, 100"
    })
    void surprise_isTheSumOfTheSingleProbabilities(int atLeast, double mean, double dispersion) {
        assertThat(NegativeBinomial.surprise(atLeast, mean, dispersion))
                .isCloseTo(-Math.log10(sum(atLeast, mean, 1 / dispersion)), within(1e-5));
    }

    /** Each by the one before: p(k + 1) = p(k) (k + r) / (k + 1) q. */
    private static double sum(int atLeast, double mean, double r) {
        double q = mean / (mean + r);
        double lnProbability = r * Math.log(r / (mean + r));
        double sum = 0;
        for (int k = 0; k < atLeast + 2_000_000; k++) {
            sum += k < atLeast ? 0 : Math.exp(lnProbability);
            lnProbability += Math.log((k + r) / (k + 1) * q);
        }
        return sum;
    }

    /** As scipy.special.betainc has them. */
    @ParameterizedTest(name = "{0} or more, mean {1}, dispersion {2}")
    @CsvSource({
        "1200000, 1e6, 0.02, 1.0735957376",
        "1200000, 1e6, 0.1, 0.6154790802",
        "10000000, 1e6, 5, 1.8865048744",
        "100000000, 1e6, 5, 10.404900542",
        "10000000, 1e5, 20, 4.1910906794",
        "1000000, 1e3, 100, 7.3683572190"
    })
    void surprise_isRightForLargeMeans(double atLeast, double mean, double dispersion, double expected) {
        assertThat(NegativeBinomial.surprise(atLeast, mean, dispersion)).isCloseTo(expected, within(1e-3));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.02, 0.5, 3, 77, 1e3, 1e6})
    void surprise_growsWithTheCount(double mean) {
        for (double dispersion : new double[] {0.02, 0.3, 2, 100}) {
            double before = 0;
            for (double count = Math.ceil(mean); count < 1e12; count = Math.ceil(count * 1.3)) {
                double surprise = NegativeBinomial.surprise(count, mean, dispersion);
                assertThat(surprise).as("%s of %s", count, mean).isFinite().isGreaterThanOrEqualTo(before - 1e-4);
                before = surprise;
            }
            assertThat(before).isGreaterThan(10);
        }
    }

    @Test
    void surprise_isNoneUpToTheMean() {
        assertThat(NegativeBinomial.surprise(0, 0.5, 1)).isZero();
        assertThat(NegativeBinomial.surprise(10, 10, 1)).isZero();
        assertThat(NegativeBinomial.surprise(3, 10, 1)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "0.5, 0.5723649429", "0.01, 4.5994798780", "12, 17.5023078459", "50.5, 146.5192554907"})
    void lnGamma_isThatOfTables(double argument, double expected) {
        assertThat(NegativeBinomial.lnGamma(argument)).isCloseTo(expected, within(1e-9));
    }
}
