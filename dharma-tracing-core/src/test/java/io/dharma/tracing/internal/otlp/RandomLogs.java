package io.dharma.tracing.internal.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.Body;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Log records with bodies of every shape, and without. */
final class RandomLogs {

    private final RandomTelemetry telemetry;
    private final Random random;

    RandomLogs(RandomTelemetry telemetry) {
        this.telemetry = telemetry;
        this.random = telemetry.random();
    }

    LogRecordData log() {
        Attributes attributes = telemetry.attributes();
        return new GivenLog(
                telemetry.resource(),
                telemetry.scope(),
                random.nextInt(5) == 0 ? 0 : random.nextLong(),
                random.nextLong(),
                random.nextInt(3) == 0 ? SpanContext.getInvalid() : telemetry.spanContext(false),
                telemetry.oneOf(Severity.values()),
                random.nextBoolean() ? null : telemetry.text(),
                random.nextInt(5) == 0 ? null : telemetry.value(6),
                attributes,
                attributes.size() + telemetry.dropped(),
                random.nextBoolean() ? null : telemetry.text());
    }

    private record GivenLog(
            Resource getResource,
            InstrumentationScopeInfo getInstrumentationScopeInfo,
            long getTimestampEpochNanos,
            long getObservedTimestampEpochNanos,
            SpanContext getSpanContext,
            Severity getSeverity,
            @Nullable String getSeverityText,
            @Nullable Value<?> getBodyValue,
            Attributes getAttributes,
            int getTotalAttributeCount,
            @Nullable String getEventName)
            implements LogRecordData {

        @Override
        @Deprecated
        public Body getBody() {
            return Body.empty();
        }
    }
}
