package io.dharma.tracing.errors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.Failures;
import io.dharma.tracing.errors.SampleTrace;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class GroupCodecTest {

    private final Failures failures = new Failures(3);

    @Test
    void group_isReadAsItWasWritten() {
        for (int i = 0; i < 50; i++) {
            ErrorGroup group = failures.known(failures.group());

            assertThat(GroupCodec.decode(group.id(), GroupCodec.encode(group))).isEqualTo(group);
        }
    }

    @Test
    void group_takesAbout300Bytes() {
        assertThat(GroupCodec.encode(failures.known(failures.group()))).hasSizeLessThan(400);
    }

    @Test
    void group_withTheLongestTextsStaysBelowTheLimit() {
        ErrorGroup known = failures.known(failures.group());
        String longest = "\u20ac".repeat(100_000);
        ErrorGroup group = new ErrorGroup(
                known.id(),
                longest,
                longest,
                longest,
                longest,
                longest,
                known.severity(),
                known.category(),
                known.state(),
                known.stateSince(),
                known.firstSeen(),
                known.lastSeen(),
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Collections.nCopies(20, longest),
                Collections.nCopies(5, new SampleTrace(Instant.MAX, longest, longest)));

        byte[] bytes = GroupCodec.encode(group);

        assertThat(bytes).hasSizeLessThanOrEqualTo(GroupCodec.MAX_BYTES);
        assertThat(GroupCodec.decode(known.id(), bytes)).isNotNull();
    }

    @Test
    void text_isNotCutInTheMiddleOfACharacter() {
        ErrorGroup known = failures.known(failures.group());
        ErrorGroup group = new ErrorGroup(
                known.id(),
                "x".repeat(511) + "\ud83d\ude00",
                null,
                known.type(),
                null,
                known.title(),
                known.severity(),
                known.category(),
                known.state(),
                known.stateSince(),
                known.firstSeen(),
                known.lastSeen(),
                1,
                1,
                known.releases(),
                known.samples());

        ErrorGroup read = GroupCodec.decode(group.id(), GroupCodec.encode(group));

        assertThat(read).isNotNull();
        assertThat(read.family()).isEqualTo("x".repeat(511));
    }

    @Test
    void bytes_thatEndTooEarlyAreNothing() {
        byte[] bytes = GroupCodec.encode(failures.known("v1-1"));

        for (int length = 0; length < bytes.length; length++) {
            assertThat(GroupCodec.decode("v1-1", Arrays.copyOf(bytes, length))).isNull();
        }
    }

    @Test
    void version_thatIsLaterIsTold() {
        assertThat(GroupCodec.isOfLaterVersion(new byte[] {2})).isTrue();
        assertThat(GroupCodec.isOfLaterVersion(new byte[] {1})).isFalse();
        assertThat(GroupCodec.isOfLaterVersion(new byte[0])).isFalse();
    }
}
