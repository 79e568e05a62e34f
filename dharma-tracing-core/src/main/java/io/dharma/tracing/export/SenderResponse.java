package io.dharma.tracing.export;

import io.opentelemetry.sdk.common.export.HttpResponse;

/** An answer in the shape that OpenTelemetry's exporters want. */
final class SenderResponse implements HttpResponse {

    private final int status;
    private final byte[] body;

    SenderResponse(int status, byte[] body) {
        this.status = status;
        this.body = body;
    }

    @Override
    public int getStatusCode() {
        return status;
    }

    /** The JDK's client does not keep the server's words, which add nothing to the number. */
    @Override
    public String getStatusMessage() {
        return "HTTP " + status;
    }

    @Override
    public byte[] getResponseBody() {
        return body;
    }
}
