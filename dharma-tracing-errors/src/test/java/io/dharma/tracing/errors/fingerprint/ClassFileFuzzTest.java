package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever a class file holds: it is read, or has no lines, and takes no more memory than it is long. */
class ClassFileFuzzTest {

    @FuzzTest
    void classFile(byte[] bytes) {
        MethodLines lines = MethodLines.of(bytes);

        assertThat(lines.size()).isLessThanOrEqualTo(1 + bytes.length);
        assertThat(lines.firstLine("open", 12)).isBetween(0, 0xffff);
    }
}
