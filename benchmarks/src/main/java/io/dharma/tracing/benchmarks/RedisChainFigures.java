package io.dharma.tracing.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import io.dharma.tracing.correlation.redis.RedisCorrelationStore;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.testsupport.LiveHeap;
import io.dharma.tracing.testsupport.backends.RedisNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What request chains in Redis cost: {@code -Dbenchmarks.main=RedisChainFigures}. Argument: how many chains of 12 hops are
 * written in each round, 50,000 by default. Prints what a chain takes of Redis's memory, how many hops a second go through
 * a pipeline into a Redis on the same machine, with and without places in the indexes, and what more there is on the heap
 * while Redis is frozen, with the hops that wait for it.
 */
public final class RedisChainFigures {

    private static final int HOPS = 12;
    private static final int HOPS_OF_A_SERVICE = 4;
    private static final int OPEN_CHAINS = 100;
    private static final int ROUNDS = 5;
    private static final int MAX_AHEAD = 40_000;
    private static final long QUEUE_BYTES = 8L << 20;
    private static final long AMPLE_BYTES = 128L << 20;

    private RedisChainFigures() {}

    /** Takes half a minute or so. */
    public static void main(String[] arguments) throws IOException {
        int chains = arguments.length == 0 ? 50_000 : Integer.parseInt(arguments[0]);
        try (RedisNode redis = RedisNode.start("appendonly no")) {
            measureMemory(redis, 5_000);
            measureSpeed(redis, chains, false);
            measureSpeed(redis, chains, true);
            measureHeap(redis);
        }
    }

    // Memory

    private static void measureMemory(RedisNode redis, int chains) throws IOException {
        List<CorrelatedHop> hops = hops(chains, true, 1);
        long before = usedMemory(redis);
        try (Pipeline<CorrelatedHop, CorrelatedHop> pipeline = pipeline(redis, AMPLE_BYTES)) {
            carry(pipeline, hops);
        }
        long keys = 0;
        for (int i = 0; i < 100; i++) {
            String key = "dharma:chain:" + hops.get(i * HOPS_OF_A_SERVICE).correlationId();
            keys += Long.parseLong(redis.ask("MEMORY", "USAGE", key).get(0));
        }
        print("a chain of %d hops: %d bytes by MEMORY USAGE", HOPS, keys / 100);
        print(
                "with its places in the indexes of %d services and a user, and the names: %d bytes of used_memory",
                HOPS / HOPS_OF_A_SERVICE, (usedMemory(redis) - before) / chains);
    }

    private static long usedMemory(RedisNode redis) throws IOException {
        return (long) number(redis, "memory", "used_memory:");
    }

    private static double number(RedisNode redis, String section, String name) throws IOException {
        return redis.ask("INFO", section)
                .get(0)
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(
                        line -> Double.parseDouble(line.substring(name.length()).trim()))
                .sum();
    }

    // Speed

    private static void measureSpeed(RedisNode redis, int chains, boolean indexed) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            redis.ask("FLUSHALL");
            List<CorrelatedHop> hops = hops(chains, indexed, round);
            try (Pipeline<CorrelatedHop, CorrelatedHop> pipeline = pipeline(redis, AMPLE_BYTES)) {
                carry(pipeline, hops.subList(0, 1));
                double ours = ourCpu();
                double its = cpuOf(redis);
                long start = System.nanoTime();
                carry(pipeline, hops);
                double seconds = (System.nanoTime() - start) / 1e9;
                print(
                        "%s: %,.0f hops/s (%d hops, all in Redis after %.2f s; CPU per hop: %.2f us here, %.2f us in Redis)",
                        indexed ? "hops, indexes of services and users" : "hops alone",
                        hops.size() / seconds,
                        hops.size(),
                        seconds,
                        (ourCpu() - ours) * 1e6 / hops.size(),
                        (cpuOf(redis) - its) * 1e6 / hops.size());
            }
        }
    }

    /** In seconds, which tell more than those of a clock where others work as well. */
    private static double ourCpu() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime() / 1e9;
    }

    private static double cpuOf(RedisNode redis) throws IOException {
        return number(redis, "cpu", "used_cpu_user:") + number(redis, "cpu", "used_cpu_sys:");
    }

    /** As fast as it goes without losing any. */
    private static void carry(Pipeline<CorrelatedHop, CorrelatedHop> pipeline, List<CorrelatedHop> hops) {
        long before = sink(pipeline).delivered();
        for (int i = 0; i < hops.size(); i++) {
            pipeline.offer(hops.get(i));
            if (i % 2_000 == 0) {
                while (i - (sink(pipeline).delivered() - before) > MAX_AHEAD) {
                    LockSupport.parkNanos(200_000);
                }
            }
        }
        pipeline.flush(Duration.ofSeconds(30));
        long delivered = sink(pipeline).delivered() - before;
        if (delivered != hops.size()) {
            throw new IllegalStateException(delivered + " of " + hops.size() + " arrived: " + pipeline.stats());
        }
    }

    private static SinkStats sink(Pipeline<CorrelatedHop, CorrelatedHop> pipeline) {
        return pipeline.stats().sinks().get(0);
    }

    // Heap

    /** With hops that nobody holds but who keeps them for Redis. */
    private static void measureHeap(RedisNode redis) throws IOException {
        try (Pipeline<CorrelatedHop, CorrelatedHop> pipeline = pipeline(redis, QUEUE_BYTES)) {
            carry(pipeline, hops(200, true, 99));
            long before = LiveHeap.bytes();
            redis.freeze();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
            long most = 0;
            for (long seed = 100; System.nanoTime() - until < 0; seed++) {
                hops(2_000, true, seed).forEach(pipeline::offer);
                most = Math.max(most, LiveHeap.bytes() - before);
            }
            PipelineStats frozen = pipeline.stats();
            redis.thaw();
            pipeline.flush(Duration.ofSeconds(20));
            print(
                    "frozen for 8 s with a full queue of %d MB: %.1f MB more on the heap, what waits included; %s",
                    QUEUE_BYTES >> 20, most / 1e6, frozen.sinks().get(0));
            print("thawed: %s", sink(pipeline));
        }
    }

    // What is written

    private static Pipeline<CorrelatedHop, CorrelatedHop> pipeline(RedisNode redis, long queueBytes) {
        return Pipeline.<CorrelatedHop, CorrelatedHop>builder("hops", new Hops(), hop -> hop)
                .sink(RedisCorrelationStore.builder(redis.uri().toString()).build())
                .maxQueueBytes(queueBytes)
                .maxBatchDelay(Duration.ofMillis(100))
                .build();
    }

    /** What they hold of the heap that no other has. */
    private static final class Hops implements RecordType<CorrelatedHop> {

        @Override
        public int sizeOf(CorrelatedHop hop) {
            return 400;
        }

        @Override
        public Priority priority(CorrelatedHop hop) {
            return Priority.NORMAL;
        }
    }

    /** A hundred chains at a time, each in three services that have four hops. */
    private static List<CorrelatedHop> hops(int chains, boolean indexed, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        HexFormat hex = HexFormat.of();
        long start = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        List<CorrelatedHop> hops = new ArrayList<>(chains * HOPS);
        for (int first = 0; first < chains; first += OPEN_CHAINS) {
            String[] traces = new String[OPEN_CHAINS];
            for (int i = 0; i < OPEN_CHAINS; i++) {
                traces[i] = hex.toHexDigits(random.nextLong() | 1) + hex.toHexDigits(random.nextLong() | 1);
            }
            for (int service = 0; service < HOPS / HOPS_OF_A_SERVICE; service++) {
                for (String trace : traces) {
                    String parent = null;
                    for (int hop = 0; hop < HOPS_OF_A_SERVICE; hop++) {
                        String span = hex.toHexDigits(random.nextLong() | 1);
                        boolean entry = indexed && hop == 0;
                        Hop built = Hop.builder(trace, span)
                                .parent(parent)
                                .service("service-" + service)
                                .operation("operation-" + hop)
                                .start(start)
                                .duration(random.nextLong(1_000_000_000))
                                .build();
                        hops.add(new CorrelatedHop(
                                "order-" + trace.substring(0, 16),
                                entry ? "user-" + trace.charAt(0) : null,
                                entry,
                                built));
                        parent = span;
                    }
                }
            }
        }
        return hops;
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
