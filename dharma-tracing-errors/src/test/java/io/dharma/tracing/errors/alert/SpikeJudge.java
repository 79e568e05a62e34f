package io.dharma.tracing.errors.alert;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets the detector, as it is by default but for steps of five minutes, look at the counts of the Numenta Anomaly Benchmark
 * (<a href="https://github.com/numenta/NAB">NAB</a>), and compares its alarms with the windows that people labelled.
 *
 * <pre>
 * mvn -q -Pspikes -Dspikes.sets=DIR
 * </pre>
 *
 * <p>{@code sets}: a checkout of NAB, of which {@code data} and {@code labels/combined_windows.json} are read. Of its series
 * those are taken that count events: mentions of ten companies in tweets, and requests at a load balancer; 35 windows.
 *
 * <p>A window is found if an alarm is raised within it. Every alarm outside is a false one, from the first day on, a page that
 * follows a warning of the same spike included. Every second series, by name, is of the half on which constants are tuned. "By
 * chance" is how many windows as many alarms would find that were raised at random times.
 */
final class SpikeJudge {

    private static final int STEP_MINUTES = 5;
    private static final double STEPS_PER_DAY = 24 * 60 / (double) STEP_MINUTES;
    private static final Pattern COUNTS = Pattern.compile("realTweets/.*|.*/elb_request_count_.*");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");
    private static final String ROW = "%-46s %-6s %7s %7s %9s %11s%n";

    private final Path sets;
    private final PrintStream out;

    SpikeJudge(Path sets, PrintStream out) {
        this.sets = sets;
        this.out = out;
    }

    public static void main(String... arguments) throws IOException {
        if (arguments.length != 1 || !arguments[0].startsWith("sets=") || arguments[0].endsWith("=")) {
            throw new IllegalArgumentException("say -Dspikes.sets=DIR, a checkout of https://github.com/numenta/NAB");
        }
        new SpikeJudge(Path.of(arguments[0].substring("sets=".length())), System.out).run();
    }

    void run() throws IOException {
        SpikeSettings settings =
                SpikeSettings.builder().step(Duration.ofMinutes(STEP_MINUTES)).build();
        List<Series> all = series();
        out.println(settings);
        for (SpikeLevel level : List.of(SpikeLevel.WARN, SpikeLevel.PAGE)) {
            out.printf("%nAlarms of at least %s%n", level);
            out.printf(ROW, "series", "half", "found", "false", "false/day", "by chance");
            Score tuned = new Score();
            Score others = new Score();
            for (int i = 0; i < all.size(); i++) {
                Score score = all.get(i).judge(settings, level);
                print(all.get(i).name(), i % 2 == 0 ? "tuned" : "other", score);
                (i % 2 == 0 ? tuned : others).add(score);
            }
            print("half on which it was tuned", "tuned", tuned);
            print("other half", "other", others);
            tuned.add(others);
            print("all", "", tuned);
        }
    }

    private void print(String name, String half, Score score) {
        out.printf(
                ROW,
                name,
                half,
                score.found + "/" + score.windows,
                score.falseAlarms,
                String.format(Locale.ROOT, "%.3f", score.falseAlarms / score.days),
                String.format(Locale.ROOT, "%.1f", score.byChance));
    }

    private List<Series> series() throws IOException {
        List<Series> series = new ArrayList<>();
        for (Map.Entry<String, List<Long>> labelled : windows().entrySet()) {
            if (COUNTS.matcher(labelled.getKey()).matches()) {
                series.add(new Series(labelled.getKey(), counts(labelled.getKey()), labelled.getValue()));
            }
        }
        return series;
    }

    /** The file's only strings are names of series and the times at which their windows begin and end, in turn. */
    private Map<String, List<Long>> windows() throws IOException {
        Map<String, List<Long>> windows = new TreeMap<>();
        List<Long> ofSeries = new ArrayList<>();
        Matcher strings = QUOTED.matcher(Files.readString(sets.resolve("labels/combined_windows.json")));
        while (strings.find()) {
            if (strings.group(1).endsWith(".csv")) {
                ofSeries = new ArrayList<>();
                windows.put(strings.group(1), ofSeries);
            } else {
                ofSeries.add(step(strings.group(1)));
            }
        }
        return windows;
    }

    private NavigableMap<Long, Long> counts(String name) throws IOException {
        NavigableMap<Long, Long> counts = new TreeMap<>();
        List<String> lines = Files.readAllLines(sets.resolve("data").resolve(name));
        for (String line : lines.subList(1, lines.size())) {
            int comma = line.indexOf(',');
            counts.merge(
                    step(line.substring(0, comma)), (long) Double.parseDouble(line.substring(comma + 1)), Long::sum);
        }
        return counts;
    }

    private static long step(String time) {
        LocalDateTime local = LocalDateTime.parse(
                time.substring(0, "2015-02-26 21:42:53".length()).replace(' ', 'T'));
        return Math.floorDiv(local.toEpochSecond(ZoneOffset.UTC), 60L * STEP_MINUTES);
    }

    /** @param edges the first and the last step of each window, in turn */
    private record Series(String name, NavigableMap<Long, Long> counts, List<Long> edges) {

        Score judge(SpikeSettings settings, SpikeLevel least) {
            List<Long> alarms = alarms(settings, least);
            Score score = new Score();
            score.windows = edges.size() / 2;
            score.falseAlarms =
                    (int) alarms.stream().filter(alarm -> window(alarm) == null).count();
            score.found = (int) alarms.stream()
                    .map(this::window)
                    .distinct()
                    .filter(found -> found != null)
                    .count();
            score.days = (counts.lastKey() - counts.firstKey() + 1) / STEPS_PER_DAY;
            score.byChance = byChance(alarms.size() / (double) (counts.lastKey() - counts.firstKey() + 1));
            return score;
        }

        private List<Long> alarms(SpikeSettings settings, SpikeLevel least) {
            SpikeDetector detector = new SpikeDetector(settings, counts.firstKey() * STEP_MINUTES);
            List<Long> alarms = new ArrayList<>();
            counts.forEach((step, count) -> {
                if (detector.observe(step * STEP_MINUTES, count).isAtLeast(least)) {
                    alarms.add(step);
                }
            });
            return alarms;
        }

        private @Nullable Integer window(long step) {
            for (int i = 0; i < edges.size(); i += 2) {
                if (step >= edges.get(i) && step <= edges.get(i + 1)) {
                    return i;
                }
            }
            return null;
        }

        private double byChance(double alarmsPerStep) {
            double found = 0;
            for (int i = 0; i < edges.size(); i += 2) {
                found += 1 - Math.exp(-alarmsPerStep * (edges.get(i + 1) - edges.get(i) + 1));
            }
            return found;
        }
    }

    private static final class Score {

        private int found;
        private int windows;
        private int falseAlarms;
        private double days;
        private double byChance;

        private void add(Score other) {
            found += other.found;
            windows += other.windows;
            falseAlarms += other.falseAlarms;
            days += other.days;
            byChance += other.byChance;
        }
    }
}
