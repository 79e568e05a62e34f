/** Which traces are exported: trace ids that sample fairly, the samplers that decide at the head, and what is kept. */
@NullMarked
package io.dharma.tracing.sampling;

import org.jspecify.annotations.NullMarked;
