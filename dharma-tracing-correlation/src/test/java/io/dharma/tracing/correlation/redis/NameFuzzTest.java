package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever is kept as a name: it is nothing, or says something. */
class NameFuzzTest {

    @FuzzTest
    void name(byte[] bytes) {
        Name.Operation operation = Name.readOperation(bytes);
        if (operation != null) {
            assertThat(operation.service()).isNotEmpty();
            assertThat(operation.operation()).isNotEmpty();
            assertThat(Name.readErrorType(bytes)).isNull();
        }
    }
}
