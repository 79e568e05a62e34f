package io.dharma.tracing.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs benchmarks once for every number of threads, and prints {@link ComparisonTable}. See the package's page. */
public final class BenchmarkReport {

    private BenchmarkReport() {}

    /** Takes the options of JMH's command line; what else is needed comes from the system properties of the package. */
    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        CommandLineOptions commandLine = new CommandLineOptions(arguments);
        List<RunResult> results = new ArrayList<>();
        for (int threads : threads()) {
            results.addAll(run(commandLine, threads));
        }
        System.out.println();
        System.out.println(ComparisonTable.of(results).render());
    }

    private static Collection<RunResult> run(CommandLineOptions commandLine, int threads) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(commandLine)
                .include(property("benchmarks.include", ".*"))
                .addProfiler(GCProfiler.class)
                .threads(threads)
                .shouldFailOnError(true);
        String jvm = property("benchmarks.jvm", "");
        return new Runner((jvm.isEmpty() ? options : options.jvm(jvm)).build()).run();
    }

    private static int[] threads() {
        return Arrays.stream(property("benchmarks.threads", "1,2").split(",", -1))
                .map(String::strip)
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** Maven hands over a property that nobody set as an empty one. */
    private static String property(String name, String otherwise) {
        String value = System.getProperty(name, "");
        return value.isBlank() ? otherwise : value;
    }
}
