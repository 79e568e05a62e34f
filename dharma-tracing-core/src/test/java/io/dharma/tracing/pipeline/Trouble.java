package io.dharma.tracing.pipeline;

import io.dharma.tracing.testsupport.faults.Fault;
import java.time.Duration;

/** What can become of a receiver, and what its sink has to make of it. */
enum Trouble {
    REFUSED(Fault.refuse(), SinkState.DEGRADED),
    BLACKHOLE(Fault.blackhole(), SinkState.DEGRADED),
    NEVER_READ(Fault.neverRead(), SinkState.DEGRADED),
    RESET_AT_ONCE(Fault.resetAtOnce(), SinkState.DEGRADED),
    RESET_IN_REQUEST(Fault.resetInRequest(), SinkState.DEGRADED),
    RESET_BEFORE_ANSWER(Fault.resetBeforeAnswer(), SinkState.DEGRADED),
    RESET_IN_ANSWER(Fault.resetInAnswer(), SinkState.DEGRADED),
    TOO_LATE(Fault.delay(Duration.ofMinutes(1)), SinkState.DEGRADED),
    /** Never silent for long, and never done: only a deadline for the whole exchange helps. */
    DRIP(Fault.drip(DeliveryRig.EXCHANGE.dividedBy(10)), SinkState.DEGRADED),
    TRUNCATED(Fault.truncate(), SinkState.DEGRADED),
    GARBAGE(Fault.garbage(), SinkState.DEGRADED),
    TOO_MANY_429(Fault.answer(429), SinkState.DEGRADED),
    ERROR_500(Fault.answer(500), SinkState.DEGRADED),
    BAD_GATEWAY_502(Fault.answer(502), SinkState.DEGRADED),
    UNAVAILABLE_503(Fault.answer(503), SinkState.DEGRADED),
    TIMEOUT_504(Fault.answer(504), SinkState.DEGRADED),
    UNAUTHORIZED_401(Fault.answer(401), SinkState.PAUSED),
    FORBIDDEN_403(Fault.answer(403), SinkState.PAUSED),
    MOVED_302(Fault.answer(302), SinkState.PAUSED),
    LATE(Fault.delay(Duration.ofMillis(20)), SinkState.HEALTHY),
    CLOSES_EACH(Fault.closeEach(), SinkState.HEALTHY);

    @SuppressWarnings("ImmutableEnumChecker") // No trouble has a certificate, and all else in a fault is immutable.
    private final Fault fault;

    private final SinkState becomes;

    Trouble(Fault fault, SinkState becomes) {
        this.fault = fault;
        this.becomes = becomes;
    }

    Fault fault() {
        return fault;
    }

    /** {@link SinkState#HEALTHY} if it is none that anybody should notice. */
    SinkState becomes() {
        return becomes;
    }
}
