package io.dharma.tracing.benchmarks;

import io.dharma.tracing.testsupport.faults.Fault;
import io.dharma.tracing.testsupport.faults.FaultProxy;
import io.dharma.tracing.testsupport.faults.KillableCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How many spans are lost when the collector is away, slow or killed: ours beside OpenTelemetry's own batch processor and
 * exporter, each with its defaults, through the same proxy to the same collector in a JVM of its own.
 *
 * <p>Run it from the project's root: {@code mvn -q -Pbenchmarks -Dbenchmarks.main=LossComparison}; it takes about twenty
 * minutes. {@code -Dbenchmarks.args="outage=2 hiccup=1 load=2 kills=3"} is a quick look; these say, in seconds, how long
 * an outage, a hiccup and a time of heavy load last, and how often the collector is killed. {@code only=503} runs the
 * scenarios whose name has that in it.
 *
 * <p>A span counts as delivered when the collector has written its id to its file, also if nobody heard the answer. Before
 * and after each trouble there is a good time of a second; in the end each contender may send what it has left. One span in
 * fifty has failed: those are the ones that a person will look for. A contender that keeps a spool has one that is empty
 * at the beginning of each scenario; lost is what neither arrived nor can be read from it in the end.
 */
public final class LossComparison {

    /** To be added to: one line for each way to send. */
    private static final List<LossContender.Kind> CONTENDERS =
            List.of(LossContender.RAW, LossContender.DHARMA, LossContender.SPOOLED);

    private static final Duration GOOD_TIME = Duration.ofSeconds(1);
    private static final int ORDINARY_LOAD = 1_000;
    private static final int HEAVY_LOAD = 15_000;

    private final Path directory;
    private final Duration outage;
    private final Duration hiccup;
    private final Duration load;
    private final int kills;
    private final String only;

    /** What goes on while spans are emitted. */
    @FunctionalInterface
    private interface Trouble {
        void strike(FaultProxy proxy, KillableCollector collector) throws IOException, InterruptedException;
    }

    private record Scenario(String name, int spansPerSecond, Trouble trouble) {}

    private record Outcome(long emitted, long delivered, long spooled, long errorsLost, long duplicates) {

        long lost() {
            return emitted - delivered - spooled;
        }
    }

    private LossComparison(Path directory, Map<String, String> settings) {
        this.directory = directory;
        this.outage = seconds(settings, "outage", "30");
        this.hiccup = seconds(settings, "hiccup", "3");
        this.load = seconds(settings, "load", "10");
        this.kills = Integer.parseInt(settings.getOrDefault("kills", "50"));
        this.only = settings.getOrDefault("only", "");
    }

    private static Duration seconds(Map<String, String> settings, String name, String otherwise) {
        return Duration.ofSeconds(Long.parseLong(settings.getOrDefault(name, otherwise)));
    }

    /** Each argument is {@code name=value}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> settings = new HashMap<>();
        for (String argument : arguments) {
            String[] nameAndValue = argument.split("=", 2);
            settings.put(nameAndValue[0], nameAndValue[1]);
        }
        Path directory = Files.createTempDirectory("loss");
        try {
            new LossComparison(directory, settings).run();
        } finally {
            delete(directory);
        }
        // Senders of others keep threads for a while that are no daemons.
        System.exit(0);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<Scenario> scenarios() {
        return List.of(
                new Scenario(
                        outage.toSeconds() + " s refused, 1,000/s", ORDINARY_LOAD, lasting(outage, Fault.refuse())),
                new Scenario(
                        outage.toSeconds() + " s of 503, 1,000/s", ORDINARY_LOAD, lasting(outage, Fault.answer(503))),
                new Scenario(
                        outage.toSeconds() + " s hanging, 1,000/s", ORDINARY_LOAD, lasting(outage, Fault.blackhole())),
                new Scenario(
                        hiccup.toSeconds() + " s of 503, 1,000/s", ORDINARY_LOAD, lasting(hiccup, Fault.answer(503))),
                new Scenario(
                        "50 ms per export, 15,000/s", HEAVY_LOAD, lasting(load, Fault.delay(Duration.ofMillis(50)))),
                new Scenario(
                        "100 ms per export, 15,000/s", HEAVY_LOAD, lasting(load, Fault.delay(Duration.ofMillis(100)))),
                new Scenario("collector killed " + kills + " times, 1,000/s", ORDINARY_LOAD, this::kill));
    }

    private static Trouble lasting(Duration time, Fault fault) {
        return (proxy, collector) -> {
            proxy.set(fault);
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
            proxy.set(Fault.pass());
        };
    }

    private void kill(FaultProxy proxy, KillableCollector collector) throws IOException, InterruptedException {
        for (int i = 0; i < kills; i++) {
            collector.kill();
            collector.restart();
            TimeUnit.NANOSECONDS.sleep(GOOD_TIME.toNanos());
        }
    }

    private void run() throws IOException, InterruptedException {
        System.out.println(LocalDate.now(ZoneOffset.UTC) + ", JDK " + Runtime.version() + ", "
                + Runtime.getRuntime().availableProcessors() + " cores\n");
        System.out.println(
                "| scenario | contender | emitted | delivered | spooled | lost | lost % | errors lost % | duplicates |");
        System.out.println("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        for (Scenario scenario : scenarios()) {
            if (scenario.name().contains(only)) {
                for (LossContender.Kind contender : CONTENDERS) {
                    print(scenario, contender, run(scenario, contender));
                }
            }
        }
    }

    private static void print(Scenario scenario, LossContender.Kind contender, Outcome outcome) {
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %,d | %,d | %,d | %,d | %.1f | %.1f | %,d |%n",
                scenario.name(),
                contender.name(),
                outcome.emitted(),
                outcome.delivered(),
                outcome.spooled(),
                outcome.lost(),
                100.0 * outcome.lost() / outcome.emitted(),
                100.0 * outcome.errorsLost() * LossContender.SPANS_PER_ERROR / outcome.emitted(),
                outcome.duplicates());
    }

    private Outcome run(Scenario scenario, LossContender.Kind kind) throws IOException, InterruptedException {
        Path files = Files.createTempDirectory(directory, "files");
        try (KillableCollector collector = KillableCollector.start(Files.createTempFile(directory, "ids", ""));
                FaultProxy proxy = FaultProxy.to(collector.uri())) {
            LossContender contender = kind.to().apply(proxy.uri().toString(), files);
            Emitter emitter = new Emitter(contender, scenario.spansPerSecond());
            emitter.start();
            TimeUnit.NANOSECONDS.sleep(GOOD_TIME.toNanos());
            scenario.trouble().strike(proxy, collector);
            TimeUnit.NANOSECONDS.sleep(GOOD_TIME.toNanos());
            emitter.finish();
            long[] onDisk = contender.end();
            return outcome(emitter.emitted(), collector.arrived(), onDisk);
        } finally {
            delete(files);
        }
    }

    private static Outcome outcome(List<Long> emitted, long[] arrived, long[] onDisk) {
        long[] delivered = LongStream.of(arrived).distinct().toArray();
        long[] kept = LongStream.concat(LongStream.of(delivered), LongStream.of(onDisk))
                .distinct()
                .sorted()
                .toArray();
        long[] known = emitted.stream().mapToLong(Long::longValue).sorted().toArray();
        if (!LongStream.of(kept).allMatch(id -> Arrays.binarySearch(known, id) >= 0)) {
            throw new IllegalStateException("spans arrived that nobody emitted");
        }
        long errorsLost = IntStream.range(0, emitted.size())
                .filter(LossContender::fails)
                .filter(number -> Arrays.binarySearch(kept, emitted.get(number)) < 0)
                .count();
        return new Outcome(
                known.length,
                delivered.length,
                kept.length - delivered.length,
                errorsLost,
                arrived.length - delivered.length);
    }

    /** As many spans a second as asked, from one thread. */
    private static final class Emitter extends Thread {

        private final LossContender contender;
        private final int perSecond;
        private final List<Long> emitted = new ArrayList<>();
        private volatile boolean enough;

        Emitter(LossContender contender, int perSecond) {
            this.contender = contender;
            this.perSecond = perSecond;
        }

        @Override
        public void run() {
            long start = System.nanoTime();
            while (!enough) {
                long due = (System.nanoTime() - start) * perSecond / 1_000_000_000L;
                while (emitted.size() < due) {
                    emitted.add(contender.emit(emitted.size()));
                }
                LockSupport.parkNanos(1_000_000);
            }
        }

        void finish() throws InterruptedException {
            enough = true;
            join();
        }

        List<Long> emitted() {
            return emitted;
        }
    }
}
