/** How a trace crosses from process to process: reading and writing the headers of requests and messages. */
@NullMarked
package io.dharma.tracing.propagation;

import org.jspecify.annotations.NullMarked;
