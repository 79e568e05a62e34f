/** The one call that starts everything, the configuration it takes, and how everything is doing. */
@NullMarked
package io.dharma.tracing;

import org.jspecify.annotations.NullMarked;
