/**
 * Errors and alerts as messages in Kafka: {@link io.dharma.tracing.errors.kafka.KafkaErrorSink} and {@link
 * io.dharma.tracing.errors.kafka.KafkaAlertSink}.
 */
@NullMarked
package io.dharma.tracing.errors.kafka;

import org.jspecify.annotations.NullMarked;
