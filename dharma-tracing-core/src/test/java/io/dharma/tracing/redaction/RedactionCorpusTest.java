package io.dharma.tracing.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.redaction.Corpus.Sample;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How much of what has to go goes, and how much of what has to stay stays: the figures are printed. */
class RedactionCorpusTest {

    private static final double LEAST_RECALL = 0.99;
    private static final double MOST_FALSE_POSITIVES = 0.005;
    private static final Set<String> DATABASES = Set.of("redis", "memcached", "elasticsearch", "mongodb");

    private final Redactor redactor = Redactor.create();

    @Test
    void secrets_ofTheCorpusAreTakenOut() throws IOException {
        Tally tally = recall("secrets.txt", 1, 4);

        assertThat(tally.total()).isGreaterThanOrEqualTo(500);
        assertThat(tally.rate()).as(tally::misses).isGreaterThanOrEqualTo(LEAST_RECALL);
    }

    @Test
    void lookalikes_ofTheCorpusStay() throws IOException {
        Tally tally = falsePositives("lookalikes.txt", 2, 14);

        assertThat(tally.total()).isGreaterThanOrEqualTo(2_000);
        assertThat(tally.rate()).as(tally::misses).isLessThanOrEqualTo(MOST_FALSE_POSITIVES);
    }

    @Test
    void secrets_thatRulesWereNotMadeForAreTakenOut() throws IOException {
        Tally tally = recall("held-out-secrets.txt", 3, 3);

        assertThat(tally.total()).isGreaterThanOrEqualTo(200);
        assertThat(tally.rate()).as(tally::misses).isGreaterThanOrEqualTo(LEAST_RECALL);
    }

    @Test
    void lookalikes_thatRulesWereNotMadeForStay() throws IOException {
        Tally tally = falsePositives("held-out-lookalikes.txt", 4, 6);

        assertThat(tally.total()).isGreaterThanOrEqualTo(500);
        assertThat(tally.rate()).as(tally::misses).isLessThanOrEqualTo(MOST_FALSE_POSITIVES);
    }

    @Test
    void redacting_aSecondTimeFindsNothingMore() throws IOException {
        for (Sample sample : Corpus.read("secrets.txt", 5, 4)) {
            String once = redacted(sample.attribute(), sample.text());

            assertThat(redacted(sample.attribute(), once)).as(sample.text()).isEqualTo(once);
        }
    }

    private Tally recall(String resource, long seed, int copies) throws IOException {
        Tally tally = new Tally("recall, " + resource);
        for (Sample sample : Corpus.read(resource, seed, copies)) {
            String redacted = redacted(sample.attribute(), sample.text());
            boolean gone = sample.secrets().stream().noneMatch(redacted::contains);
            tally.add(sample, gone, !gone, redacted);
        }
        return tally.printed();
    }

    private Tally falsePositives(String resource, long seed, int copies) throws IOException {
        Tally tally = new Tally("false positives, " + resource);
        for (Sample sample : Corpus.read(resource, seed, copies)) {
            String redacted = redacted(sample.attribute(), sample.text());
            boolean changed = !redacted.equals(sample.text());
            tally.add(sample, changed, changed, redacted);
        }
        return tally.printed();
    }

    private String redacted(@Nullable String attribute, String text) {
        if (attribute == null) {
            return redactor.redactText(text);
        }
        boolean statement = DATABASES.contains(attribute);
        AttributeKey<String> key = AttributeKey.stringKey(statement ? "db.query.text" : attribute);
        Attributes attributes = statement
                ? Attributes.of(key, text, AttributeKey.stringKey("db.system.name"), attribute)
                : Attributes.of(key, text);
        return Objects.requireNonNull(redactor.redact(attributes).get(key));
    }

    /** Counts by kind, and keeps what went wrong. */
    private static final class Tally {

        private final String title;
        private final Map<String, int[]> kinds = new TreeMap<>();
        private final List<String> wrong = new ArrayList<>();

        Tally(String title) {
            this.title = title;
        }

        void add(Sample sample, boolean counted, boolean isWrong, String redacted) {
            int[] counts = kinds.computeIfAbsent(sample.kind(), kind -> new int[2]);
            counts[0] += counted ? 1 : 0;
            counts[1]++;
            if (isWrong) {
                System.out.println("  wrong: " + sample.text() + "  ->  " + redacted);
                wrong.add(sample.kind() + ": " + sample.text() + "  ->  " + redacted);
            }
        }

        int total() {
            return kinds.values().stream().mapToInt(counts -> counts[1]).sum();
        }

        double rate() {
            return (double) kinds.values().stream()
                            .mapToInt(counts -> counts[0])
                            .sum()
                    / total();
        }

        String misses() {
            return title + ":\n" + String.join("\n", wrong);
        }

        Tally printed() {
            System.out.println(line("all", rate(), total()));
            kinds.forEach(
                    (kind, counts) -> System.out.println(line("  " + kind, (double) counts[0] / counts[1], counts[1])));
            return this;
        }

        private String line(String kind, double rate, int of) {
            return String.format(Locale.ROOT, "%s: %-16s %7.3f %% of %d", title, kind, 100 * rate, of);
        }
    }
}
