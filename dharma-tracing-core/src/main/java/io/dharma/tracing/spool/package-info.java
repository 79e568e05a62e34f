/**
 * What waits on disk: a {@link io.dharma.tracing.pipeline.Journal} that outlives long outages of receivers, and this
 * process.
 */
@NullMarked
package io.dharma.tracing.spool;

import org.jspecify.annotations.NullMarked;
