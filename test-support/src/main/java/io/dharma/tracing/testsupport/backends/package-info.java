/**
 * Real servers for tests: one of each per build, started when a test first asks, stopped when the build ends; and those
 * of Redis that a test starts for itself, to break them.
 */
@NullMarked
package io.dharma.tracing.testsupport.backends;

import org.jspecify.annotations.NullMarked;
