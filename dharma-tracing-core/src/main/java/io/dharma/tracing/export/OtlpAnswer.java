package io.dharma.tracing.export;

import io.dharma.tracing.internal.otlp.MalformedOtlpException;
import io.dharma.tracing.internal.otlp.ProtoReader;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.spi.Printable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a collector says after it has taken a batch: {@code Export*ServiceResponse} of OTLP, which for every
 * signal is {@code {partial_success = 1 {rejected = 1 int64, error_message = 2 string}}}.
 *
 * <p>The bytes are anybody's: whatever cannot be read counts as not said, since the status already said "taken".
 */
final class OtlpAnswer {

    private static final int MESSAGE_LIMIT = 256;

    private static final int PARTIAL_SUCCESS = 1;
    private static final int REJECTED = 1;
    private static final int ERROR_MESSAGE = 2;

    private final ProtoReader in;
    private long rejected;
    private @Nullable String message;

    private OtlpAnswer(byte[] bytes) {
        this.in = new ProtoReader(bytes);
    }

    /** What became of a batch of this size. */
    static Delivery delivery(HttpReply reply, int batchSize) {
        String type = reply.header("Content-Type").toLowerCase(Locale.ROOT);
        boolean readable = type.startsWith("application/x-protobuf")
                && reply.header("Content-Encoding").isEmpty();
        return readable ? delivery(reply.body(), batchSize) : Delivery.delivered();
    }

    static Delivery delivery(byte[] message, int batchSize) {
        OtlpAnswer answer = new OtlpAnswer(message);
        try {
            answer.readResponse();
        } catch (MalformedOtlpException e) {
            return Delivery.delivered();
        }
        return answer.delivery(batchSize);
    }

    private Delivery delivery(int batchSize) {
        int lost = (int) Math.max(0, Math.min(rejected, batchSize));
        return lost == 0 && message == null ? Delivery.delivered() : Delivery.partly(lost, message);
    }

    private void readResponse() throws MalformedOtlpException {
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.lengthDelimited(PARTIAL_SUCCESS)) {
                readPartialSuccess();
            } else {
                in.skip(tag);
            }
        }
    }

    private void readPartialSuccess() throws MalformedOtlpException {
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.readTag();
            if (tag == ProtoReader.varint(REJECTED)) {
                rejected = in.readVarint();
            } else if (tag == ProtoReader.lengthDelimited(ERROR_MESSAGE)) {
                String text = in.readText();
                message = text.isBlank() ? null : Printable.shorten(text, MESSAGE_LIMIT);
            } else {
                in.skip(tag);
            }
        }
        in.leave(outer);
    }
}
