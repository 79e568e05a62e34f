package io.dharma.tracing.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.SpanKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HopRecordCodecTest {

    private final HopRecordCodec codec = new HopRecordCodec();

    private final CorrelatedHop full = new CorrelatedHop(
            "order-4711",
            "user-key",
            true,
            Hops.hop(1, 2, "bänk", "POST /ordérs", 5, 17)
                    .nested(true)
                    .kind(SpanKind.CONSUMER)
                    .failed("java.io.IOException")
                    .links(List.of(Hops.id(7), Hops.id(8)))
                    .build());
    private final CorrelatedHop bare = new CorrelatedHop("order-4711", null, false, Hops.internal(3, 0, "price", 0, 0));

    private byte[] encoded(CorrelatedHop hop) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        codec.encode(hop, out);
        return out.toByteArray();
    }

    @Test
    void hop_comesBackAsItWas() throws IOException {
        assertThat(codec.decode(encoded(full))).isEqualTo(full);
        assertThat(codec.decode(encoded(bare))).isEqualTo(bare);
        assertThat(codec.heapSize(full)).isGreaterThan(codec.heapSize(bare));
    }

    @Test
    void failureOfUnknownType_comesBackAsAFailure() throws IOException {
        CorrelatedHop failed = new CorrelatedHop(
                "c",
                null,
                false,
                Hops.hop(1, 0, "shop", "pay", 0, 1).failed(null).build());

        assertThat(codec.decode(encoded(failed))).isEqualTo(failed);
    }

    @Test
    void recordOfBeforeThereWereNestedHops_isReadAsOneThatIsNot() throws IOException {
        byte[] before = encoded(full);
        before[1] = (byte) (before[1] & ~32);

        Hop read = codec.decode(before).hop();

        assertThat(read.nested()).isFalse();
        assertThat(read.operation()).isEqualTo("POST /ordérs");
    }

    @Test
    void otherVersion_isRefusedWithItsNumber() throws IOException {
        byte[] bytes = encoded(full);
        bytes[0] = 9;

        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(IOException.class)
                .hasMessage("has the version 9, which is not known here");
    }

    @Test
    void everyTornRecord_isAnErrorOfItsOwnOrAHop() throws IOException {
        byte[] bytes = encoded(full);
        for (int length = 0; length < bytes.length; length++) {
            assertRefusedOrRead(Arrays.copyOf(bytes, length));
        }
    }

    @Test
    void damagedRecords_areAnErrorOfTheirOwnOrAHop() throws IOException {
        Random random = new Random(4711);
        byte[] bytes = encoded(full);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = bytes.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            assertRefusedOrRead(damaged);
        }
    }

    private void assertRefusedOrRead(byte[] bytes) {
        try {
            assertThat(codec.decode(bytes).hop()).isNotNull();
        } catch (IOException expected) {
            assertThat(expected).isNotNull();
        }
    }
}
