package io.dharma.tracing.sampling;

import io.opentelemetry.api.common.AttributeKey;

/** Why a trace is exported though the sampler dropped it; the value of {@link #ATTRIBUTE} on its spans. */
public enum KeepReason {
    /** A block of the trace failed. */
    ERROR("error"),
    /** The local root of the trace took longer than {@link KeepPolicy#slowerThan()}. */
    SLOW("slow");

    /** {@code dharma.sampling.kept}. */
    public static final AttributeKey<String> ATTRIBUTE = AttributeKey.stringKey("dharma.sampling.kept");

    private final String value;

    KeepReason(String value) {
        this.value = value;
    }

    /** As it is exported: {@code error} or {@code slow}. */
    public String value() {
        return value;
    }
}
