package io.dharma.tracing.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.errors.fingerprint.StackTraceModel;
import io.dharma.tracing.errors.fingerprint.ThrownError;
import io.dharma.tracing.errors.fingerprint.TraceFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorRecordCodecTest {

    private final ErrorRecordCodec codec = new ErrorRecordCodec();

    @Test
    void event_comesBackWithAllThatItHas() throws IOException {
        ErrorEvent event = SampleErrors.event(1);

        assertSame((ErrorEvent) again(event), event);
    }

    @Test
    void event_comesBackWithNothingThatItDoesNotHave() throws IOException {
        ErrorEvent event = SampleErrors.bareEvent(1);

        assertSame((ErrorEvent) again(event), event);
    }

    @Test
    void count_comesBack() throws IOException {
        ErrorCount count = SampleErrors.count("c-1", "v1-a", 29_000_000, 17);

        assertThat(again(count)).isEqualTo(count);
    }

    @Test
    void group_comesBack() throws IOException {
        GroupChange change = SampleErrors.change("v1-a", GroupState.REGRESSED, SampleErrors.NOON);

        assertThat(again(change)).isEqualTo(change);
    }

    @Test
    void everyConstant_comesBack() throws IOException {
        for (Severity severity : Severity.values()) {
            for (Category category : Category.values()) {
                for (Mechanism mechanism : Mechanism.values()) {
                    ErrorEvent event = SampleErrors.bareEvent(1).toBuilder()
                            .severity(severity)
                            .category(category)
                            .mechanism(mechanism)
                            .build();
                    assertSame((ErrorEvent) again(event), event);
                }
            }
        }
        for (GroupState state : GroupState.values()) {
            GroupChange change = SampleErrors.change("v1-a", state, Instant.EPOCH);
            assertThat(again(change)).isEqualTo(change);
        }
    }

    @Test
    void text_mayBeLongAndHaveHalfASurrogatePair() throws IOException {
        ErrorEvent event = SampleErrors.bareEvent(1).toBuilder()
                .labels(Map.of(
                        "long", "\u20ac".repeat(100_000), "half", "a\ud800b\udc00", "latin", "\u00ff".repeat(70_000)))
                .operation("")
                .build();

        assertSame((ErrorEvent) again(event), event);
    }

    @Test
    void time_mayBeAnyInstant() throws IOException {
        for (Instant time : List.of(Instant.MIN, Instant.MAX, Instant.ofEpochSecond(-1, 999_999_999))) {
            ErrorEvent event = SampleErrors.event(1, "v1-a", time);
            assertThat(((ErrorEvent) again(event)).time()).isEqualTo(time);
        }
    }

    @Test
    void eventThatIsTooLarge_isWrittenWithFewerFrames() throws IOException {
        ErrorEvent event = ErrorEvent.builder(
                        "id", Instant.EPOCH, SampleErrors.CHECKOUT, SampleErrors.fingerprint("v1-a"), largestTrace())
                .labels(Map.of("huge", "x".repeat(3 << 20)))
                .build();

        byte[] bytes = encoded(event);
        ErrorEvent read = (ErrorEvent) codec.decode(bytes);

        assertThat(bytes.length).isBetween(1, ErrorRecordCodec.MAX_BYTES);
        assertThat(read.trace().causes()).hasSameSizeAs(event.trace().causes());
        assertThat(read.trace().outermost().frames().get(0))
                .isEqualTo(event.trace().outermost().frames().get(0));
        assertThat(read.fingerprint().group()).isEqualTo(event.group());
    }

    private static StackTraceModel largestTrace() {
        List<ThrownError> causes = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            List<TraceFrame> frames = new ArrayList<>();
            for (int j = 0; j < 256; j++) {
                String unique = "\u20ac" + i + "-" + j;
                frames.add(new TraceFrame(
                        unique + "c".repeat(1_000), unique + "m".repeat(1_000), unique + "f".repeat(1_000), j));
            }
            causes.add(new ThrownError("Type" + i, "m".repeat(8_000), frames));
        }
        return new StackTraceModel(causes);
    }

    @Test
    void countThatIsTooLarge_isRefused() {
        ErrorCount count = SampleErrors.count("x".repeat(2 << 20), "v1-a", 1, 1);

        assertThatThrownBy(() -> encoded(count)).isInstanceOf(IOException.class);
    }

    @Test
    void anotherVersion_isRefused() throws IOException {
        byte[] bytes = encoded(SampleErrors.event(1));
        bytes[0] = 2;

        assertThatThrownBy(() -> codec.decode(bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void record_thatEndsTooEarlyIsRefusedAnywhere() throws IOException {
        for (ErrorRecord record : List.of(
                SampleErrors.event(1),
                SampleErrors.count("c-1", "v1-a", 1, 1),
                SampleErrors.change("v1-a", GroupState.NEW, SampleErrors.NOON))) {
            byte[] bytes = encoded(record);
            for (int length = 0; length < bytes.length; length++) {
                byte[] part = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> codec.decode(part)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void size_isNoLessThanWhatTheTextsTake() {
        ErrorEvent small = SampleErrors.bareEvent(1);
        ErrorEvent large =
                small.toBuilder().labels(Map.of("k", "x".repeat(10_000))).build();

        assertThat(codec.heapSize(large) - codec.heapSize(small)).isGreaterThan(10_000);
        assertThat(codec.heapSize(SampleErrors.event(1))).isBetween(2_000, 20_000);
        assertThat(codec.heapSize(SampleErrors.count("c", "g", 1, 1))).isPositive();
        assertThat(codec.heapSize(SampleErrors.change("g", GroupState.NEW, SampleErrors.NOON)))
                .isPositive();
    }

    private ErrorRecord again(ErrorRecord record) throws IOException {
        return codec.decode(encoded(record));
    }

    private byte[] encoded(ErrorRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        codec.encode(record, out);
        return out.toByteArray();
    }

    /** Field by field, as events have no equals. */
    public static void assertSame(ErrorEvent actual, ErrorEvent expected) {
        assertThat(actual).usingRecursiveComparison().ignoringFields("document").isEqualTo(expected);
    }
}
