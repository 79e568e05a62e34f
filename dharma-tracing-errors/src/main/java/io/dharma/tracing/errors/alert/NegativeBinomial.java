package io.dharma.tracing.errors.alert;

/**
 * The tail of the negative binomial distribution, as a logarithm, since what is interesting here is too small for a double.
 *
 * <p>With mean m and dispersion a, the variance is {@code m + a m^2}; r = 1/a and q = m/(m+r). The probability of at least
 * k is the regularised incomplete beta function {@code I_q(k, r)}
 * (<a href="https://dlmf.nist.gov/8.17#E24">DLMF 8.17.24</a>), here by its continued fraction
 * (<a href="https://dlmf.nist.gov/8.17#E22">DLMF 8.17.22</a>) in Lentz's way. That converges fast above the mean, and takes
 * no longer for a mean of a million than for one of ten, where a sum of the single probabilities would have a million terms.
 */
final class NegativeBinomial {

    private static final double LN_10 = Math.log(10);
    private static final double HALF_LN_2_PI = 0.5 * Math.log(2 * Math.PI);
    private static final int MAX_TERMS = 500;
    private static final double PRECISE_ENOUGH = 1e-10;
    private static final double NOT_ZERO = 1e-300;
    private static final double STIRLING_FROM = 12;

    private NegativeBinomial() {}

    /**
     * -log10 of the probability of at least so many: 5 is one in 100,000. 0 for counts up to the mean, where nobody wants to
     * know; never negative, never NaN, for means and dispersions above 0.
     */
    static double surprise(double atLeast, double mean, double dispersion) {
        if (atLeast <= mean || atLeast < 1) {
            return 0;
        }
        return Math.max(0, -lnTail(atLeast, mean, 1 / dispersion) / LN_10);
    }

    private static double lnTail(double k, double mean, double r) {
        double q = mean / (mean + r);
        // From here on the fraction converges fast; before it, that of the other tail does, and the tail is not small.
        return mean * (r + 1) < r * (k + 1)
                ? lnIncompleteBeta(k, r, q)
                : Math.log1p(-Math.exp(lnIncompleteBeta(r, k, r / (mean + r))));
    }

    private static double lnIncompleteBeta(double a, double b, double x) {
        double lnFront = a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - lnBeta(a, b);
        return lnFront - Math.log(continuedFraction(a, b, x));
    }

    /** What the front is divided by: 1 + d1/(1 + d2/(1 + ...)). */
    private static double continuedFraction(double a, double b, double x) {
        double value = 1;
        double c = 1;
        double d = 0;
        for (int term = 1; term <= MAX_TERMS; term++) {
            double coefficient = coefficient(term, a, b, x);
            d = 1 / notZero(1 + coefficient * d);
            c = notZero(1 + coefficient / c);
            value *= c * d;
            if (Math.abs(c * d - 1) < PRECISE_ENOUGH) {
                break;
            }
        }
        return Math.max(NOT_ZERO, value);
    }

    private static double coefficient(int term, double a, double b, double x) {
        int m = term / 2;
        return term % 2 == 0
                ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    }

    private static double notZero(double value) {
        return Math.abs(value) < NOT_ZERO ? NOT_ZERO : value;
    }

    private static double lnBeta(double a, double b) {
        return lnGamma(a) + lnGamma(b) - lnGamma(a + b);
    }

    /**
     * Stirling's series (<a href="https://dlmf.nist.gov/5.11#E1">DLMF 5.11.1</a>), which from 12 on is right to 13 digits with
     * four terms; below, the argument is raised by {@code gamma(x + 1) = x gamma(x)}.
     */
    static double lnGamma(double argument) {
        double x = argument;
        double raised = 1;
        while (x < STIRLING_FROM) {
            raised *= x++;
        }
        double square = 1 / (x * x);
        double series = (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square / 1680.0))) / x;
        return (x - 0.5) * Math.log(x) - x + HALF_LN_2_PI + series - Math.log(raised);
    }
}
