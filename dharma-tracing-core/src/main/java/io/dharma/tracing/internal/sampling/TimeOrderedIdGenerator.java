package io.dharma.tracing.internal.sampling;

import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes trace ids that sort by time and sample fairly: 48 bits of Unix milliseconds, then 80 random bits, written as
 * 32 lower-case hex digits. Ids of the same millisecond are in no particular order.
 *
 * <p>This looks like a UUID of version 7 and deliberately is none. A UUID keeps six bits of its last 80 for version
 * and variant, and those two variant bits sit on top of the 64 from which OpenTelemetry's own ratio sampler decides:
 * with UUIDs it drops every trace at ratios of 50 % and below. Here all 56 bits that W3C trace context level 2 calls
 * random are random, so the random flag may be set on every trace.
 *
 * <p>Randomness comes from {@link ThreadLocalRandom}: it costs a few nanoseconds and never waits, where a
 * {@link java.security.SecureRandom} costs hundreds and may share a lock. The price is that whoever sees some ids of
 * a thread can compute its next ones. That is acceptable because an id is not a secret and proves nothing: any caller
 * may send us a {@code traceparent} of its choice anyway. Never use a trace or span id as a credential.
 *
 * <p>Any thread may call. An id costs one String and its bytes, nothing else.
 */
public final class TimeOrderedIdGenerator implements IdGenerator {

    private static final TimeOrderedIdGenerator SYSTEM = new TimeOrderedIdGenerator(InstantSource.system());
    private static final HexFormat HEX = HexFormat.of();
    private static final int RANDOM_BITS_BESIDE_THE_TIME = 16;

    private final InstantSource clock;

    private TimeOrderedIdGenerator(InstantSource clock) {
        this.clock = clock;
    }

    /** Ids by the system's clock; always the same instance. */
    public static TimeOrderedIdGenerator create() {
        return SYSTEM;
    }

    /**
     * Ids by another clock.
     *
     * @param clock asked for its milliseconds once per trace, on the calling thread; the low 48 bits are used, which
     *     last until the year 10889
     */
    public static TimeOrderedIdGenerator create(InstantSource clock) {
        return new TimeOrderedIdGenerator(Objects.requireNonNull(clock, "clock"));
    }

    @Override
    public String generateTraceId() {
        return TraceId.fromLongs(highHalf(clock.millis()), randomBits());
    }

    @Override
    public String generateSpanId() {
        return HEX.toHexDigits(randomBits());
    }

    /**
     * The high half of a trace id, as a number, for a caller that knows the time already: reading the clock is a third
     * of the cost of an id. Never zero.
     *
     * @param epochMillis Unix time; its low 48 bits are used
     */
    public long highHalf(long epochMillis) {
        long randomBits = ThreadLocalRandom.current().nextLong() >>> (Long.SIZE - RANDOM_BITS_BESIDE_THE_TIME);
        long bits = (epochMillis << RANDOM_BITS_BESIDE_THE_TIME) | randomBits;
        return bits == 0 ? 1 : bits;
    }

    /** 64 random bits, as a number: a span id, or the low half of a trace id. */
    public long randomBits() {
        return nonZero(ThreadLocalRandom.current());
    }

    @Override
    public boolean generatesRandomTraceIds() {
        return true;
    }

    @Override
    public String toString() {
        return "TimeOrderedIdGenerator";
    }

    /** Never zero, also for the low half of a trace id: systems with 64-bit trace ids know only that half. */
    private static long nonZero(ThreadLocalRandom random) {
        long bits = random.nextLong();
        while (bits == 0) {
            bits = random.nextLong();
        }
        return bits;
    }
}
