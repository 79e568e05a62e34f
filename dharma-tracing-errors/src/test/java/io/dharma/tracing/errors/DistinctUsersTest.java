package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class DistinctUsersTest {

    /** One standard error of 256 kept values. */
    private static final double STANDARD_ERROR = 1 / Math.sqrt(DistinctUsers.KEPT - 2);

    private static final int RUNS = 400;

    @Test
    void upTo256Users_areExact() {
        DistinctUsers users = new DistinctUsers();
        for (int i = 0; i < 256; i++) {
            assertThat(users.estimate()).isEqualTo(i);
            users.add("user-" + i);
            users.add("user-" + i / 2);
        }

        assertThat(users.estimate()).isEqualTo(256);
        assertThat(users.isExact()).isTrue();
    }

    @Test
    void the257thUser_makesItAnEstimate() {
        DistinctUsers users = users("user-", 0, 257);

        assertThat(users.isExact()).isFalse();
        assertThat(users.estimate()).isBetween(200L, 320L);
    }

    @Test
    void sameUsersAgain_changeNothing() {
        DistinctUsers users = users("user-", 0, 10_000);
        long once = users.estimate();
        addTo(users, "user-", 0, 10_000);

        assertThat(users.estimate()).isEqualTo(once);
    }

    @Test
    void estimate_isUnbiasedAndErrsAsTheTheorySays() {
        assertErrorOf(1_000, run -> "u" + run + "-");
        assertErrorOf(20_000, run -> Long.toHexString(new Random(run).nextLong()) + ":");
    }

    private static void assertErrorOf(int exactly, LongFunction<String> prefixes) {
        double sum = 0;
        double squares = 0;
        double worst = 0;
        for (int run = 0; run < RUNS; run++) {
            double error = (double) users(prefixes.apply(run), 0, exactly).estimate() / exactly - 1;
            sum += error;
            squares += error * error;
            worst = Math.max(worst, Math.abs(error));
        }

        // The mean of so many has a standard error of its own, of which three are allowed.
        assertThat(sum / RUNS).as("bias of %s", exactly).isBetween(-3 * STANDARD_ERROR / 20, 3 * STANDARD_ERROR / 20);
        assertThat(Math.sqrt(squares / RUNS)).as("error of %s", exactly).isLessThan(1.1 * STANDARD_ERROR);
        assertThat(worst).as("worst error of %s", exactly).isLessThan(4.5 * STANDARD_ERROR);
    }

    @Test
    void sum_isThatOfOneWhoSawAll() {
        DistinctUsers morning = users("user-", 0, 6_000);
        DistinctUsers evening = users("user-", 4_000, 10_000);

        evening.add(morning);

        assertThat(evening.estimate()).isEqualTo(users("user-", 0, 10_000).estimate());
    }

    @Test
    void sumOfFew_isExact() {
        DistinctUsers morning = users("user-", 0, 200);
        DistinctUsers evening = users("user-", 100, 256);

        morning.add(evening);
        morning.add(new DistinctUsers());

        assertThat(morning.estimate()).isEqualTo(256);
        assertThat(morning.isExact()).isTrue();
    }

    @Test
    void fewAndMany_areAnEstimate() {
        DistinctUsers few = users("user-", 0, 10);
        few.add(users("user-", 0, 1_000));

        assertThat(few.isExact()).isFalse();
        assertThat(few.estimate()).isEqualTo(users("user-", 0, 1_000).estimate());
    }

    private static DistinctUsers users(String prefix, int from, int to) {
        DistinctUsers users = new DistinctUsers();
        addTo(users, prefix, from, to);
        return users;
    }

    private static void addTo(DistinctUsers users, String prefix, int from, int to) {
        for (int i = from; i < to; i++) {
            users.add(prefix + i);
        }
    }
}
