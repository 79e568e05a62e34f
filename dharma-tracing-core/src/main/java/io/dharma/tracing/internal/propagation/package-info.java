/** What the propagators tell the samplers. */
@NullMarked
package io.dharma.tracing.internal.propagation;

import org.jspecify.annotations.NullMarked;
