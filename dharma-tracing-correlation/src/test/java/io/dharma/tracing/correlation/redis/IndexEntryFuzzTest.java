package io.dharma.tracing.correlation.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever an index holds: it is nothing, or an entry that is written and read again as the same. */
class IndexEntryFuzzTest {

    @FuzzTest
    void indexEntry(byte[] bytes) {
        IndexEntry entry = IndexEntry.decode(bytes);
        if (entry != null) {
            assertThat(IndexEntry.decode(entry.encode())).isEqualTo(entry);
            assertThat(entry.named(Name.Operation.UNKNOWN).correlationId()).hasSizeBetween(1, 128);
        }
    }
}
