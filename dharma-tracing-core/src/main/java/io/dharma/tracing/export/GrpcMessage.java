package io.dharma.tracing.export;

import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.IOException;
import java.io.OutputStream;

/** An encoded batch, as OpenTelemetry's gRPC senders want it; they may write it more than once. */
final class GrpcMessage implements MessageWriter {

    private final byte[] message;

    GrpcMessage(byte[] message) {
        this.message = message;
    }

    @Override
    public void writeMessage(OutputStream out) throws IOException {
        out.write(message);
    }

    @Override
    public int getContentLength() {
        return message.length;
    }
}
