package io.dharma.tracing.export;

import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;

/**
 * Lets OpenTelemetry's own OTLP exporters send over the JDK's HTTP client, so that an application which builds such
 * exporters itself needs no further library. Found by {@link java.util.ServiceLoader}.
 *
 * <p>Unlike the senders that OpenTelemetry brings, this one follows no redirect, and its timeout covers the whole
 * exchange.
 */
public final class JdkHttpSenderProvider implements HttpSenderProvider {

    /** For {@link java.util.ServiceLoader}. */
    public JdkHttpSenderProvider() {}

    @Override
    public HttpSender createSender(HttpSenderConfig config) {
        return new JdkHttpSender(config);
    }
}
