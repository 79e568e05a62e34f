package io.dharma.tracing.internal.settings;

/** Where settings come from; what stands later wins. */
public enum Source {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    SYSTEM_PROPERTY,
    CODE
}
