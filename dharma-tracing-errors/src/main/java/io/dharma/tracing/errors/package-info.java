/**
 * Which failures are the same one. A {@link io.dharma.tracing.errors.StackTraceModel} is what was thrown, bounded and
 * without references to it; a {@link io.dharma.tracing.errors.Fingerprinter} makes a
 * {@link io.dharma.tracing.errors.Fingerprint} of it and says why.
 */
@NullMarked
package io.dharma.tracing.errors;

import org.jspecify.annotations.NullMarked;
