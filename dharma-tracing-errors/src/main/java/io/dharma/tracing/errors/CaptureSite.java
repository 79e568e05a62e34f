package io.dharma.tracing.errors;

import org.jspecify.annotations.Nullable;

/**
 * Where what kind of throwable was captured: as much as can be known of an error without calling a method of the
 * throwable.
 *
 * @param type the class of the throwable, by name, so that its loader is not kept
 * @param operation the traced block; null outside of one
 * @param logger who logged it; null if nobody did
 */
record CaptureSite(
        String type, @Nullable String operation, @Nullable String logger) {}
