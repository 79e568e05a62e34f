/** Context across threads, and in the application's own log lines. */
@NullMarked
package io.dharma.tracing.context;

import org.jspecify.annotations.NullMarked;
