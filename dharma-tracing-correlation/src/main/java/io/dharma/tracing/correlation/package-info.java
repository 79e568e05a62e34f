/**
 * What one request did, across services: its hops as a {@link io.dharma.tracing.correlation.RequestChain}, the
 * {@link io.dharma.tracing.correlation.CriticalPath} through them, and how two chains differ.
 */
@NullMarked
package io.dharma.tracing.correlation;

import org.jspecify.annotations.NullMarked;
