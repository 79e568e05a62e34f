/** A service that runs for long, beside a collector that is never well for long. */
@NullMarked
package io.dharma.tracing.soak;

import org.jspecify.annotations.NullMarked;
