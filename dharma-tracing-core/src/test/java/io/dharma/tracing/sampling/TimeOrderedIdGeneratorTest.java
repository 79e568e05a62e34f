package io.dharma.tracing.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dharma.tracing.internal.sampling.TimeOrderedIdGenerator;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeOrderedIdGeneratorTest {

    private static final int TRACES = 100_000;
    private static final long NOW = Instant.parse("2026-11-22T10:15:30.123Z").toEpochMilli();

    private final TimeOrderedIdGenerator ids = TimeOrderedIdGenerator.create();

    @Test
    void traceId_isThirtyTwoLowerCaseHexDigitsThatBeginWithTheMilliseconds() {
        String id =
                TimeOrderedIdGenerator.create(() -> Instant.ofEpochMilli(NOW)).generateTraceId();

        assertThat(id).matches("[0-9a-f]{32}");
        assertThat(TraceId.isValid(id)).isTrue();
        assertThat(Long.parseLong(id.substring(0, 12), 16)).isEqualTo(NOW);
    }

    @Test
    void traceId_takesTheTimeThatItsCallerKnows() {
        assertThat(Long.parseLong(TraceId.fromLongs(ids.highHalf(NOW), 1).substring(0, 12), 16))
                .isEqualTo(NOW);
    }

    @Test
    void traceId_isValidThoughTheClockStandsAtZero() {
        TimeOrderedIdGenerator atTheEpoch = TimeOrderedIdGenerator.create(() -> Instant.EPOCH);

        assertThat(TraceId.isValid(atTheEpoch.generateTraceId())).isTrue();
        assertThat(atTheEpoch.generateTraceId()).startsWith("000000000000");
    }

    @Test
    void traceIds_sortByTime() {
        AtomicLong now = new AtomicLong(NOW);
        TimeOrderedIdGenerator stepping =
                TimeOrderedIdGenerator.create(() -> Instant.ofEpochMilli(now.getAndIncrement()));

        List<String> made = generate(10_000, stepping::generateTraceId);

        assertThat(made).isSorted();
    }

    @Test
    void spanId_isSixteenLowerCaseHexDigits() {
        assertThat(generate(1_000, ids::generateSpanId))
                .allMatch(SpanId::isValid)
                .allMatch(id -> id.matches("[0-9a-f]{16}"))
                .doesNotHaveDuplicates();
    }

    @Test
    void generator_declaresItsTraceIdsRandom() {
        assertThat(ids.generatesRandomTraceIds()).isTrue();
    }

    @Test
    void traceIds_areUniqueAcrossThreadsWithinOneMillisecond() throws Exception {
        TimeOrderedIdGenerator frozen = TimeOrderedIdGenerator.create(() -> Instant.ofEpochMilli(NOW));
        int threads = 4;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            Callable<List<String>> task = () -> generate(50_000, frozen::generateTraceId);
            Set<String> all = new HashSet<>();
            for (Future<List<String>> made : executor.invokeAll(List.of(task, task, task, task))) {
                all.addAll(made.get());
            }
            assertThat(all).hasSize(threads * 50_000);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void traceId_hasEightyRandomBits() {
        assertThat(bitsThatAreNotRandom(ids::generateTraceId)).allMatch(bit -> bit >= 80);
    }

    @Test
    void uuid_hasBitsAmongThemThatAreFixed() {
        assertThat(bitsThatAreNotRandom(TimeOrderedIdGeneratorTest::uuidVersion4))
                .contains(62, 63);
        assertThat(bitsThatAreNotRandom(TimeOrderedIdGeneratorTest::uuidVersion7))
                .contains(62, 63);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.1, 0.5, 0.75})
    void ratioSampling_isRight(double ratio) {
        assertThat(sampled(Samplers.probabilistic(ratio), ids::generateTraceId)).isCloseTo(ratio, fiveSigma(ratio));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.1, 0.5, 0.75})
    void ratioSamplingOfStockOpenTelemetry_isRightToo(double ratio) {
        assertThat(sampled(Sampler.traceIdRatioBased(ratio), ids::generateTraceId))
                .isCloseTo(ratio, fiveSigma(ratio));
    }

    /**
     * Why a trace id is no UUID: its variant bits, binary 10, are the highest of the 64 that stock OpenTelemetry takes
     * the absolute value of. What is left lies in the upper half of the range, so every ratio up to one half drops all.
     */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.1, 0.5})
    void uuids_areAllDroppedByStockRatioSampling(double ratio) {
        Sampler stock = Sampler.traceIdRatioBased(ratio);

        assertThat(sampled(stock, TimeOrderedIdGeneratorTest::uuidVersion4)).isZero();
        assertThat(sampled(stock, TimeOrderedIdGeneratorTest::uuidVersion7)).isZero();
    }

    private static double sampled(Sampler sampler, Supplier<String> traceIds) {
        int sampled = 0;
        for (int i = 0; i < TRACES; i++) {
            sampled += SamplerCalls.isSampled(sampler, Context.root(), traceIds.get()) ? 1 : 0;
        }
        return (double) sampled / TRACES;
    }

    /** A binomial count leaves this band once in two million runs. */
    private static Offset<Double> fiveSigma(double ratio) {
        return within(5 * Math.sqrt(ratio * (1 - ratio) / TRACES));
    }

    /** Counted from the lowest; random is a bit that is set in about half of the ids. */
    private static List<Integer> bitsThatAreNotRandom(Supplier<String> traceIds) {
        int[] set = new int[128];
        for (int i = 0; i < TRACES; i++) {
            String id = traceIds.get();
            long high = Long.parseUnsignedLong(id, 0, 16, 16);
            long low = Long.parseUnsignedLong(id, 16, 32, 16);
            for (int bit = 0; bit < Long.SIZE; bit++) {
                set[bit] += (int) ((low >>> bit) & 1);
                set[bit + Long.SIZE] += (int) ((high >>> bit) & 1);
            }
        }
        List<Integer> fixed = new ArrayList<>();
        for (int bit = 0; bit < set.length; bit++) {
            if (Math.abs((double) set[bit] / TRACES - 0.5) > fiveSigma(0.5).value) {
                fixed.add(bit);
            }
        }
        return fixed;
    }

    private static <T> List<T> generate(int count, Supplier<T> source) {
        List<T> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            made.add(source.get());
        }
        return made;
    }

    private static String uuidVersion4() {
        return hex(UUID.randomUUID());
    }

    /** RFC 9562: 48 bits of milliseconds, version 7, 12 random bits, variant 10, 62 random bits. */
    private static String uuidVersion7() {
        UUID random = UUID.randomUUID();
        long high = (System.currentTimeMillis() << 16) | 0x7000 | (random.getMostSignificantBits() & 0xfff);
        return hex(new UUID(high, random.getLeastSignificantBits()));
    }

    private static String hex(UUID uuid) {
        return TraceId.fromLongs(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }
}
