/** What the tracer and the samplers agree on among themselves. */
@NullMarked
package io.dharma.tracing.internal.sampling;

import org.jspecify.annotations.NullMarked;
