package io.dharma.tracing.metrics;

import java.util.Map;

/**
 * What one sink of a pipeline has to say about itself at one moment.
 *
 * @param signal what flows: {@code traces}, {@code metrics}, {@code logs}
 * @param sink the sink's name, such as {@code otlp}
 * @param delivered records delivered since the start
 * @param dropped records dropped since the start, by reason; the reasons are few and fixed
 * @param queued records that wait now
 * @param queuedBytes how much heap they take, by estimate
 */
public record SinkNumbers(
        String signal, String sink, long delivered, Map<String, Long> dropped, long queued, long queuedBytes) {

    public SinkNumbers {
        dropped = Map.copyOf(dropped);
    }
}
