package io.dharma.tracing.propagation;

import io.dharma.tracing.internal.propagation.RemoteDecision;
import org.jspecify.annotations.Nullable;

/** B3's sampling states. */
enum B3Sampling {
    ACCEPT("1", null),
    DENY("0", null),
    DEBUG("d", RemoteDecision.DEBUG),
    DEFER("", RemoteDecision.DEFERRED);

    private final String code;
    private final @Nullable RemoteDecision beyondTheFlags;

    B3Sampling(String code, @Nullable RemoteDecision beyondTheFlags) {
        this.code = code;
        this.beyondTheFlags = beyondTheFlags;
    }

    /** How the single header spells it. */
    String code() {
        return code;
    }

    boolean isSampled() {
        return this == ACCEPT || this == DEBUG;
    }

    @Nullable
    RemoteDecision beyondTheFlags() {
        return beyondTheFlags;
    }

    /** Reads the single header's spelling; null if it is none. */
    static @Nullable B3Sampling ofCode(String code) {
        return switch (code) {
            case "1" -> ACCEPT;
            case "0" -> DENY;
            case "d" -> DEBUG;
            default -> null;
        };
    }

    /** Reads {@code X-B3-Sampled}; tracers of old wrote true and false. Null if it is neither. */
    static @Nullable B3Sampling ofSampled(String sampled) {
        return switch (sampled) {
            case "1", "true" -> ACCEPT;
            case "0", "false" -> DENY;
            default -> null;
        };
    }
}
