/**
 * Captures what is logged with a throwable: an appender for Logback, one for Log4j 2, and a handler for the JDK's logging.
 * Each finds the tracker by itself ({@link io.dharma.tracing.errors.ErrorTrackers}), so it can stand in the log's
 * configuration.
 *
 * <p>What the same throwable was captured for before, such as the block that failed with it, is not captured again. Nothing is
 * captured of this library's own log, and nothing that its own threads log. The correlation, the trace and the MDC are those
 * of the thread that calls the appender; so it belongs beside an asynchronous appender, not behind one.
 *
 * <p>Logback and Log4j are no dependencies of this library: its classes for them load only where they are configured.
 */
@NullMarked
package io.dharma.tracing.errors.logging;

import org.jspecify.annotations.NullMarked;
