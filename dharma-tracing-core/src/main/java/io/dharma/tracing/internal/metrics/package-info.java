/** Numbers about blocks, given to OpenTelemetry's metrics. */
@NullMarked
package io.dharma.tracing.internal.metrics;

import org.jspecify.annotations.NullMarked;
