package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.spi.Printable;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Whatever a collector answers: a batch is delivered, and what was rejected of it is what protobuf's own classes read. */
class OtlpAnswerFuzzTest {

    private static final int BATCH = 512;

    @FuzzTest
    void answer(byte[] bytes) {
        Delivery delivery = OtlpAnswer.delivery(bytes, BATCH);

        assertThat(delivery).isInstanceOf(Delivery.Delivered.class);
        Delivery.Delivered delivered = (Delivery.Delivered) delivery;
        assertThat(delivered.rejected()).isBetween(0, BATCH);
        if (delivered.message() != null) {
            assertThat(delivered.message()).hasSizeLessThanOrEqualTo(2048).doesNotContainPattern("\\p{Cntrl}");
        }
        ExportTracePartialSuccess expected = canonical(bytes);
        if (expected != null) {
            assertThat(delivered.rejected()).isEqualTo((int) Math.max(0, Math.min(BATCH, expected.getRejectedSpans())));
            String message = expected.getErrorMessage();
            assertThat(delivered.message()).isEqualTo(message.isBlank() ? null : Printable.shorten(message, 256));
        }
    }

    /** What protobuf reads; null if it cannot, or if it would not write it like this. */
    private static @Nullable ExportTracePartialSuccess canonical(byte[] bytes) {
        try {
            ExportTraceServiceResponse response = ExportTraceServiceResponse.parseFrom(bytes);
            return Arrays.equals(response.toByteArray(), bytes) ? response.getPartialSuccess() : null;
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }
}
