/** Errors as messages in Kafka: {@link io.dharma.tracing.errors.kafka.KafkaErrorSink}. */
@NullMarked
package io.dharma.tracing.errors.kafka;

import org.jspecify.annotations.NullMarked;
