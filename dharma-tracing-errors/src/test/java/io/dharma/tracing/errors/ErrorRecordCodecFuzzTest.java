package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Whatever the bytes are: they are no record, or one that is written and read again as the same. */
class ErrorRecordCodecFuzzTest {

    @FuzzTest
    void record(byte[] bytes) throws IOException {
        ErrorRecordCodec codec = new ErrorRecordCodec();
        ErrorRecord record;
        try {
            record = codec.decode(bytes);
        } catch (IOException noRecord) {
            return;
        }
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        codec.encode(record, again);
        assertThat(codec.heapSize(record)).isPositive();
        assertThat(codec.decode(again.toByteArray()))
                .usingRecursiveComparison()
                .ignoringFields("document")
                .isEqualTo(record);
    }
}
