package io.dharma.tracing.errors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dharma.tracing.errors.ErrorGroup;

/** Whatever a group's key holds: it is nothing, or a group that is written and read again as the same. */
class GroupCodecFuzzTest {

    @FuzzTest
    void group(byte[] bytes) {
        ErrorGroup group = GroupCodec.decode("v1-4711", bytes);
        if (group == null) {
            return;
        }

        ErrorGroup shortened = GroupCodec.decode("v1-4711", GroupCodec.encode(group));
        assertThat(shortened).isNotNull();
        assertThat(GroupCodec.decode("v1-4711", GroupCodec.encode(shortened))).isEqualTo(shortened);
    }
}
