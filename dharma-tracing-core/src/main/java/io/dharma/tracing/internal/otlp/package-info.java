/**
 * OTLP as bytes: our own encoder of batches and our own encoder and decoder of single spans.
 *
 * <p>{@link io.dharma.tracing.internal.otlp.ProtoWriter} says how the wire format works,
 * {@link io.dharma.tracing.internal.otlp.SpanCodec} how a single span is laid out.
 */
@NullMarked
package io.dharma.tracing.internal.otlp;

import org.jspecify.annotations.NullMarked;
