package io.dharma.tracing.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.RunResult;

/** Measurements as a Markdown table, every contender next to the raw OpenTelemetry of its subject. */
final class ComparisonTable {

    private static final String BASELINE = "raw";
    private static final List<String> HEADINGS =
            List.of("subject", "threads", "contender", "time", "+-", "unit", "time / raw", "B/op", "B / raw");

    private final List<Measurement> measurements;

    private ComparisonTable(List<Measurement> measurements) {
        this.measurements = measurements;
    }

    static ComparisonTable of(Collection<RunResult> results) {
        return new ComparisonTable(results.stream()
                .map(Measurement::of)
                .sorted(Comparator.comparing(Measurement::subject)
                        .thenComparing(Measurement::threads)
                        .thenComparing(Measurement::contender))
                .toList());
    }

    String render() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        measurements.forEach(measurement -> rows.add(row(measurement)));
        int[] widths = IntStream.range(0, HEADINGS.size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        rows.add(1, IntStream.of(widths).mapToObj("-"::repeat).toList());
        return rows.stream().map(row -> render(row, widths)).collect(Collectors.joining(System.lineSeparator()));
    }

    private List<String> row(Measurement measurement) {
        Optional<Measurement> raw = baselineOf(measurement);
        return List.of(
                measurement.subject(),
                Integer.toString(measurement.threads()),
                measurement.contender(),
                number("%.1f", measurement.time()),
                number("%.1f", measurement.error()),
                measurement.unit(),
                number("%.2f", measurement.time() / raw.map(Measurement::time).orElse(Double.NaN)),
                number("%.0f", measurement.bytes()),
                number("%.2f", measurement.bytes() / raw.map(Measurement::bytes).orElse(Double.NaN)));
    }

    private Optional<Measurement> baselineOf(Measurement measurement) {
        return measurements.stream()
                .filter(other -> other.contender().equals(BASELINE)
                        && other.subject().equals(measurement.subject())
                        && other.threads() == measurement.threads())
                .findFirst();
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
    }

    private static String render(List<String> row, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> padded(row.get(column), widths[column]))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static String padded(String cell, int width) {
        return cell + " ".repeat(width - cell.length());
    }
}
