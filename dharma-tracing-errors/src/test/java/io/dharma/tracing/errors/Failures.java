package io.dharma.tracing.errors;

import io.dharma.tracing.errors.fingerprint.Explanation;
import io.dharma.tracing.errors.fingerprint.Fingerprint;
import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Errors as a tracker would deliver them, the same ones for the same seed, but for their time. One thread at a time. */
public final class Failures {

    private static final HexFormat HEX = HexFormat.of();

    private final SplittableRandom random;
    private final Instant now = Instant.now();

    public Failures(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** 32 hex digits, not zero. */
    public String hex32() {
        return HEX.toHexDigits(random.nextLong() | 1) + HEX.toHexDigits(random.nextLong() | 1);
    }

    /** As a fingerprint has it. */
    public String group() {
        return "v1-" + hex32();
    }

    public static ServiceIdentity service(String instance) {
        return new ServiceIdentity("checkout", "1.4.2", "production", instance, "host-1");
    }

    /** In a span, to a user if there is one. */
    public ErrorEvent event(String group, @Nullable String userKey) {
        Fingerprint fingerprint = new Fingerprint(
                group,
                "v1-family",
                "v1-exact",
                new Explanation("java.lang.IllegalStateException", null, "", "", List.of("It is made up.")));
        StackTraceModel trace = StackTraceModel.of(new IllegalStateException("declined \"4711\" \u00e4\u20ac"));
        return ErrorEvent.builder(hex32(), now, service("pod-1"), fingerprint, trace)
                .span(hex32(), hex32().substring(16))
                .operation("charge-card")
                .userKey(userKey)
                .build();
    }

    /** Of the current minute. */
    public long minute() {
        return now.getEpochSecond() / 60;
    }

    public ErrorCount count(String group, String instance, @Nullable String operation, long minute, long total) {
        return new ErrorCount(hex32(), group, "v1-family", service(instance), operation, minute, 1, total);
    }

    public GroupChange change(ErrorGroup group, String instance) {
        return new GroupChange(service(instance), group);
    }

    /** As one process may know it: each time something else. */
    public ErrorGroup known(String id) {
        Instant first = now.minusSeconds(random.nextInt(1_000));
        return new ErrorGroup(
                id,
                "v1-family",
                random.nextBoolean() ? null : "v1-before",
                "java.lang.IllegalStateException",
                "com.acme.Checkout.charge(Checkout.java:17)",
                "IllegalStateException: declined",
                one(Severity.values()),
                one(Category.values()),
                one(GroupState.values()),
                first.plusNanos(random.nextInt(1_000_000_000)),
                first,
                now.plusSeconds(random.nextInt(100)),
                1 + random.nextInt(1_000),
                random.nextInt(100),
                List.of("1." + random.nextInt(3)),
                List.of(new SampleTrace(now.plusNanos(random.nextInt(1_000_000)), hex32(), "order-4711")));
    }

    private <T> T one(T[] of) {
        return of[random.nextInt(of.length)];
    }
}
