package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Delivery.Delivered;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpAnswerTest {

    @Test
    void partialSuccess_readsAlikeForEverySignal() {
        byte[] metrics = ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder().setRejectedDataPoints(3))
                .build()
                .toByteArray();
        byte[] logs = ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(ExportLogsPartialSuccess.newBuilder()
                        .setRejectedLogRecords(2)
                        .setErrorMessage("old"))
                .build()
                .toByteArray();

        assertThat(OtlpAnswer.delivery(metrics, 10)).isEqualTo(new Delivered(3, null));
        assertThat(OtlpAnswer.delivery(logs, 10)).isEqualTo(new Delivered(2, "old"));
    }

    @Test
    void message_thatIsLongIsShortened() {
        byte[] logs = ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(ExportLogsPartialSuccess.newBuilder()
                        .setRejectedLogRecords(1)
                        .setErrorMessage("x".repeat(10_000)))
                .build()
                .toByteArray();

        assertThat(((Delivered) OtlpAnswer.delivery(logs, 10)).message())
                .hasSize(259)
                .endsWith("...");
    }

    @Test
    void field_thatIsUnknownIsSkipped() {
        byte[] bytes = HexFormat.of().parseHex("1005" + "1a0161" + "2501020304" + "0a04" + "0802" + "1807");

        assertThat(OtlpAnswer.delivery(bytes, 10)).isEqualTo(new Delivered(2, null));
    }

    @Test
    void group_thatIsUnknownIsSkippedHoweverDeep() {
        String deep = "6b".repeat(10_000) + "0805" + "6c".repeat(10_000);
        byte[] bytes = HexFormat.of().parseHex("0a020803" + deep);

        assertThat(OtlpAnswer.delivery(bytes, 10)).isEqualTo(new Delivered(3, null));
        assertThat(OtlpAnswer.delivery(Arrays.copyOf(bytes, bytes.length - 1), 10))
                .isEqualTo(Delivery.delivered());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0a", // a length is missing
                "0aff", // a length breaks off
                "0affffffff7f", // a length of 32 GiB
                "0affffffffffffffffff01", // a length of -1
                "0a05080112", // longer than the message
                "0a0308ffff", // a number breaks off
                "0b", // a group, which protobuf gave up
                "00", // field number zero
                "ffffffffffffffffffffffff", // a number without end
                "0a021202" // text longer than its message
            })
    void bytes_thatAreMalformedMeanDelivered(String hex) {
        assertThat(OtlpAnswer.delivery(HexFormat.of().parseHex(hex), 10)).isEqualTo(Delivery.delivered());
    }

    @Test
    void bytes_ofAnyKindNeverThrowNorCountMoreThanWasSent() {
        Random random = new Random(42);
        byte[] valid = ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(ExportLogsPartialSuccess.newBuilder()
                        .setRejectedLogRecords(7)
                        .setErrorMessage("why"))
                .build()
                .toByteArray();
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = Arrays.copyOf(valid, random.nextInt(valid.length + 8));
            for (int flips = random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Delivered delivered = (Delivered) OtlpAnswer.delivery(bytes, 10);
            assertThat(delivered.rejected()).isBetween(0, 10);
        }
    }
}
