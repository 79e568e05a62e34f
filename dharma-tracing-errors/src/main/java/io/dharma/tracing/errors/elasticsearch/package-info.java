/**
 * Errors in Elasticsearch: {@link io.dharma.tracing.errors.elasticsearch.ElasticsearchErrorStore}. Its classes need
 * {@code co.elastic.clients:elasticsearch-java}, and load when it is made.
 */
@NullMarked
package io.dharma.tracing.errors.elasticsearch;

import org.jspecify.annotations.NullMarked;
