/**
 * The way out of the process: one bounded, counted pipeline that every signal uses, and the contract of the sinks
 * at its end.
 */
@NullMarked
package io.dharma.tracing.pipeline;

import org.jspecify.annotations.NullMarked;
