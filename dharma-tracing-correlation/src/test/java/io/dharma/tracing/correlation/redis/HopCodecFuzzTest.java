package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dharma.tracing.correlation.CorrelatedHop;
import io.dharma.tracing.correlation.Hop;
import java.util.Arrays;

/** Whatever a chain's hash holds: it is nothing, or a hop that is written and read again as the same. */
class HopCodecFuzzTest {

    private static final Name NAME = Name.of(new Name.Operation("service", "operation"));

    @FuzzTest
    void hop(byte[] bytes) {
        byte[] field = Arrays.copyOf(bytes, Math.min(8, bytes.length));
        byte[] value = bytes.length < 8 ? bytes : Arrays.copyOfRange(bytes, 8, bytes.length);
        StoredHop stored = HopCodec.decode(field, value);
        if (stored == null) {
            return;
        }
        Hop hop = stored.named(new Name.Operation("service", "operation"), stored.errorType() == null ? null : "E");

        byte[] again = HopCodec.encode(
                new CorrelatedHop("order-4711", null, stored.entry(), hop),
                NAME,
                stored.errorType() == null ? null : Name.ofErrorType("E"));

        assertThat(value.length).isLessThanOrEqualTo(HopCodec.MAX_BYTES);
        assertThat(TraceIds.field(hop.id())).isEqualTo(field);
        StoredHop read = HopCodec.decode(field, again);
        assertThat(read).isNotNull();
        assertThat(read.named(new Name.Operation("service", "operation"), read.errorType() == null ? null : "E"))
                .isEqualTo(hop);
    }
}
