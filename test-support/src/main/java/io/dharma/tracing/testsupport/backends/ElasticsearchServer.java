package io.dharma.tracing.testsupport.backends;

import java.net.URI;

/**
 * A running Elasticsearch of one node, security off, shared by every test of the build: use indices that no other
 * test uses.
 *
 * @param uri {@code http://host:port}
 * @param version the full version, {@code 9.5.3}
 */
public record ElasticsearchServer(URI uri, String version) {}
