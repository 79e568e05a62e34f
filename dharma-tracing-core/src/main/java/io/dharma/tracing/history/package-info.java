/**
 * What outlives the process in a directory of bounded size, whatever its kind: blocks in a segment log, the oldest making
 * room for the newest. Traces are kept so; errors, hops and profiles can be.
 */
@NullMarked
package io.dharma.tracing.history;

import org.jspecify.annotations.NullMarked;
