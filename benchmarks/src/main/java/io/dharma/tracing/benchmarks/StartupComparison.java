package io.dharma.tracing.benchmarks;

import io.dharma.tracing.DharmaTracing;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * How long a fresh JVM takes until it can trace over OTLP: {@code DharmaTracing.init()} beside OpenTelemetry's SDK put
 * together by hand with the sender that it brings.
 *
 * <p>Run it from the project's root: {@code mvn -q -Pbenchmarks -Dbenchmarks.main=StartupComparison}. Each contender is
 * started in turn, in JVMs of its own, with a class path that holds nothing of the other's. The time is that of the call
 * on the main thread, and the CPU time of the whole JVM in it; of both the median.
 */
public final class StartupComparison {

    private static final int RUNS = 30;
    private static final String COLLECTOR = "http://localhost:4318";

    private StartupComparison() {}

    /** Without an argument compares; with one is a contender. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 0) {
            compare();
        } else {
            measure(arguments[0]);
        }
    }

    private static void compare() throws IOException, InterruptedException {
        List<double[]> raw = new ArrayList<>();
        List<double[]> dharma = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            raw.add(start("raw", jar -> !isOfDharma(jar)));
            dharma.add(start("dharma", jar -> !isOfRaw(jar)));
        }
        System.out.printf(Locale.ROOT, "%-28s %10s %10s%n", "start with OTLP (median)", "ms", "CPU ms");
        print("raw OpenTelemetry", raw);
        print("DharmaTracing.init()", dharma);
        System.out.printf(
                Locale.ROOT,
                "%-28s %10.2f %10.2f%n",
                "ratio",
                median(dharma, 0) / median(raw, 0),
                median(dharma, 1) / median(raw, 1));
    }

    private static boolean isOfDharma(String jar) {
        return jar.contains("dharma-tracing-core") || jar.contains("dharma-tracing-config");
    }

    /** OpenTelemetry's exporter and what it sends with. */
    private static boolean isOfRaw(String jar) {
        String name = new File(jar).getName();
        return name.startsWith("opentelemetry-exporter-otlp")
                || name.startsWith("opentelemetry-exporter-common")
                || name.contains("okhttp")
                || name.startsWith("okio")
                || name.startsWith("kotlin");
    }

    private static void print(String contender, List<double[]> runs) {
        System.out.printf(Locale.ROOT, "%-28s %10.0f %10.0f%n", contender, median(runs, 0), median(runs, 1));
    }

    private static double median(List<double[]> runs, int column) {
        double[] sorted = runs.stream().mapToDouble(run -> run[column]).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double[] start(String contender, Predicate<String> belongs)
            throws IOException, InterruptedException {
        List<String> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (belongs.test(entry)) {
                classPath.add(entry);
            }
        }
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        String.join(File.pathSeparator, classPath),
                        StartupComparison.class.getName(),
                        contender)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String complaints = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(contender + " failed: " + complaints);
        }
        String[] numbers = answer.split(" ", -1);
        return new double[] {Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1])};
    }

    private static void measure(String contender) {
        long cpuBefore = cpuMillis();
        long start = System.nanoTime();
        AutoCloseable started = contender.equals("raw") ? Raw.start() : Dharma.start();
        double wall = (System.nanoTime() - start) / 1e6;
        System.out.println(wall + " " + (cpuMillis() - cpuBefore));
        // Closing is not what is measured, and a collector that is not there would be waited for.
        Runtime.getRuntime().halt(started == null ? 1 : 0);
    }

    private static long cpuMillis() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
    }

    /** A class of its own, so that nothing of it is loaded for the other. */
    private static final class Raw {
        static AutoCloseable start() {
            return OpenTelemetrySdk.builder()
                    .setTracerProvider(SdkTracerProvider.builder()
                            .addSpanProcessor(BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder()
                                            .setEndpoint(COLLECTOR + "/v1/traces")
                                            .setCompression("gzip")
                                            .build())
                                    .build())
                            .build())
                    .build();
        }
    }

    /** A class of its own, so that nothing of it is loaded for the other. */
    private static final class Dharma {
        static AutoCloseable start() {
            return DharmaTracing.init(config -> config.service("checkout").tracing(t -> t.otlp(COLLECTOR)));
        }
    }
}
