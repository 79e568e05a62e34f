package io.dharma.tracing.benchmarks;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import io.dharma.tracing.trace.DharmaTracer;
import io.dharma.tracing.trace.DharmaTracerBuilder;
import io.dharma.tracing.trace.TracedBlock;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;

/**
 * What a request of the application notices of five sinks that all hang: its duration beside that with five healthy ones.
 *
 * <p>Run it from the project's root: {@code mvn -q -Pbenchmarks -Dbenchmarks.main=HangingSinksComparison}, for about a
 * minute; {@code -Dbenchmarks.args="rounds seconds"} changes how many rounds there are and how long each is. Rounds with
 * healthy and hanging sinks take turns in one JVM. A request has three blocks with attributes and some 100 us of work of
 * its own; five hundred a second come, so that no core is busy all the time. Of each round the percentiles are taken, of
 * the rounds the median.
 */
public final class HangingSinksComparison {

    private static final int SINKS = 5;
    private static final long BETWEEN_REQUESTS_NANOS = 2_000_000;
    private static final byte[] WORK = new byte[32 << 10];

    private final List<FaultProxy> proxies = new ArrayList<>();
    private final MessageDigest digest;

    private HangingSinksComparison() throws NoSuchAlgorithmException {
        this.digest = MessageDigest.getInstance("SHA-256");
    }

    /** Rounds and seconds of each, 5 and 5 by default. */
    public static void main(String[] arguments) throws NoSuchAlgorithmException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        new HangingSinksComparison().compare(rounds, Duration.ofSeconds(seconds));
        System.exit(0);
    }

    private void compare(int rounds, Duration length) {
        for (int i = 0; i < SINKS; i++) {
            // The proxy answers by itself: what a receiver costs is not what is measured.
            proxies.add(FaultProxy.to(URI.create("http://127.0.0.1/v1/traces")));
        }
        double[] unused = round(Fault.answer(200), length);
        List<double[]> healthy = new ArrayList<>();
        List<double[]> hanging = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            healthy.add(round(Fault.answer(200), length));
            hanging.add(round(Fault.blackhole(), length));
        }
        System.out.printf(Locale.ROOT, "%-28s %10s %10s%n", "request (median of rounds)", "p50 us", "p99 us");
        print("all sinks healthy", healthy);
        print("all sinks hanging", hanging);
        System.out.printf(
                Locale.ROOT,
                "%-28s %10.2f %10.2f%n",
                "ratio",
                median(hanging, 0) / median(healthy, 0),
                median(hanging, 1) / median(healthy, 1));
    }

    private static void print(String sinks, List<double[]> rounds) {
        System.out.printf(Locale.ROOT, "%-28s %10.1f %10.1f%n", sinks, median(rounds, 0), median(rounds, 1));
    }

    private static double median(List<double[]> rounds, int column) {
        double[] sorted =
                rounds.stream().mapToDouble(round -> round[column]).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** The 50th and the 99th percentile, in microseconds. */
    private double[] round(Fault fault, Duration length) {
        proxies.forEach(proxy -> proxy.set(fault));
        DharmaTracerBuilder builder = DharmaTracer.builder();
        proxies.forEach(proxy -> builder.sink(new Numbered(proxy)));
        try (DharmaTracer tracer = builder.build()) {
            int requests = (int) (length.toNanos() / BETWEEN_REQUESTS_NANOS);
            double[] micros = new double[requests];
            long begin = System.nanoTime();
            for (int i = 0; i < requests; i++) {
                LockSupport.parkNanos(begin + i * BETWEEN_REQUESTS_NANOS - System.nanoTime());
                long start = System.nanoTime();
                request(tracer, i);
                micros[i] = (System.nanoTime() - start) / 1e3;
            }
            Arrays.sort(micros);
            return new double[] {micros[requests / 2], micros[requests * 99 / 100]};
        }
    }

    private void request(DharmaTracer tracer, int number) {
        try (TracedBlock block = tracer.start("place-order")) {
            block.attribute("order.id", number);
            tracer.tracedRun("load-order", load -> digest.update(WORK));
            tracer.tracedRun("charge-card", charge -> digest.update(WORK));
        }
    }

    /** Sinks of one kind, told apart. */
    private static final class Numbered implements Sink<SpanData> {

        private final Sink<SpanData> sink;
        private final String name;

        Numbered(FaultProxy proxy) {
            this.sink =
                    OtlpSinks.spans(HttpEndpoint.builder(proxy.uri().toString()).build());
            this.name = "otlp-" + proxy.uri().getPort();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletionStage<Delivery> deliver(List<SpanData> batch) {
            return sink.deliver(batch);
        }

        @Override
        public void close(Duration deadline) {
            sink.close(deadline);
        }
    }
}
