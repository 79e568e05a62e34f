/**
 * Which failures are the same one. A {@link io.dharma.tracing.errors.fingerprint.StackTraceModel} is what was thrown, bounded and
 * without references to it; a {@link io.dharma.tracing.errors.fingerprint.Fingerprinter} makes a
 * {@link io.dharma.tracing.errors.fingerprint.Fingerprint} of it and says why.
 */
@NullMarked
package io.dharma.tracing.errors.fingerprint;

import org.jspecify.annotations.NullMarked;
