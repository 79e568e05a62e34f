/** The sinks at the end of the line: OTLP, Zipkin, the console and a list in memory, and the one HTTP client under them. */
@NullMarked
package io.dharma.tracing.export;

import org.jspecify.annotations.NullMarked;
