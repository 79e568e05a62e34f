package io.dharma.tracing.testsupport.backends;

import java.net.URI;

/**
 * A running Redis, shared by every test of the build: use keys that no other test uses.
 *
 * @param uri {@code redis://host:port}, as Lettuce takes it
 */
public record RedisServer(URI uri) {}
