/** Context across threads, in the application's own log lines, and the correlation that it holds. */
@NullMarked
package io.dharma.tracing.context;

import org.jspecify.annotations.NullMarked;
