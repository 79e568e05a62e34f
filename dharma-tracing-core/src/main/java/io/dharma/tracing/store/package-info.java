/**
 * The recent past, kept in the process: a sink like any other that holds whole traces in memory and, on request, on the
 * local disk, and answers questions about them.
 */
@NullMarked
package io.dharma.tracing.store;

import org.jspecify.annotations.NullMarked;
