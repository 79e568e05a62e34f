/**
 * Failures: each is caught once ({@link io.dharma.tracing.errors.ErrorTracker}), becomes an
 * {@link io.dharma.tracing.errors.ErrorEvent}, is counted in its {@link io.dharma.tracing.errors.ErrorGroup}, and goes to
 * where the service keeps its errors.
 *
 * <ul>
 *   <li>{@link io.dharma.tracing.errors.fingerprint}: which failures are the same one.
 *   <li>{@link io.dharma.tracing.errors.classify}: what kind of trouble they are, and how bad.
 *   <li>{@link io.dharma.tracing.errors.logging}: appenders that capture what is logged.
 *   <li>{@link io.dharma.tracing.errors.elasticsearch}: errors in Elasticsearch.
 * </ul>
 */
@NullMarked
package io.dharma.tracing.errors;

import org.jspecify.annotations.NullMarked;
