package io.dharma.tracing.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.export.HttpEndpoint;
import io.dharma.tracing.export.OtlpSinks;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.otlp.OtlpAnswer;
import io.dharma.tracing.testsupport.otlp.OtlpReceiver;
import io.dharma.tracing.testsupport.otlp.OtlpRequest;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a collector can say, and what becomes of the batch it says it of. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class OtlpAnswersIT {

    private static final String SECRET = "s3cr3t-4p1-k3y";
    private static final int BATCH = 64;

    private final OtlpReceiver receiver = OtlpReceiver.start();

    @AfterEach
    void close() {
        receiver.close();
    }

    private DeliveryRig start() {
        Sink<SpanData> sink =
                OtlpSinks.spans(HttpEndpoint.builder(receiver.tracesEndpoint().toString())
                        .header("X-Api-Key", SECRET)
                        .timeout(Duration.ofSeconds(20))
                        .build());
        return DeliveryRig.to(List.of(sink), BATCH);
    }

    /** With these ids never to arrive, and everything else exactly once. */
    private void assertAllArrivedBut(DeliveryRig rig, List<String> rejected) {
        rig.history().deliveredAll(Spans.ids(receiver));
        rig.history().check(rig.account());
        assertThat(rig.history().missing()).containsExactlyInAnyOrderElementsOf(rejected);
        assertThat(rig.history().duplicates()).isZero();
        assertThat(rig.account().dropped())
                .isEqualTo(rejected.isEmpty() ? Map.of() : Map.of("REJECTED", (long) rejected.size()));
        assertThat(rig.sink().state()).isEqualTo(SinkState.HEALTHY);
        rig.assertDiscreet(SECRET, rig.traceId());
    }

    // ---- not now

    @ParameterizedTest
    @CsvSource({
        // As asked.
        "503, 2, 2000, 2000",
        "429, 7, 7000, 7000",
        // Between 1 s and 5 min, whatever is asked.
        "503, 0, 1000, 1000",
        "429, 1000000000, 300000, 300000",
        "503, 99999999999999999999999, 300000, 300000",
        // Not said, as far as we can tell: the ordinary wait, half a second at most.
        "503, -5, 0, 500",
        "429, soon, 0, 500",
        "503, '', 0, 500",
        "503, 1.5, 0, 500",
        "429, 'Sun, 99 Foo 2026 00:00:00 GMT', 0, 500",
    })
    void retryAfter_isHonouredWithinItsBounds(int status, String retryAfter, long least, long most) {
        assertWaits(OtlpAnswer.status(status).header("Retry-After", retryAfter), least, most);
    }

    @Test
    void retryAfter_asDateIsHonoured() {
        assertWaits(unavailableUntil(Instant.now().plusSeconds(30)), 25_000, 31_000);
    }

    @Test
    void retryAfter_asDateOfThePastOrOfAnotherCenturyIsBounded() {
        assertWaits(unavailableUntil(Instant.now().minusSeconds(3600)), 1000, 1000);
        assertWaits(unavailableUntil(Instant.now().plusSeconds(3_000_000_000L)), 300_000, 300_000);
    }

    private static OtlpAnswer unavailableUntil(Instant date) {
        String text = DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC));
        return OtlpAnswer.status(503).header("Retry-After", text);
    }

    private void assertWaits(OtlpAnswer answer, long leastMillis, long mostMillis) {
        int before = receiver.requests().size();
        receiver.answerNext(answer);
        try (DeliveryRig rig = start()) {
            rig.emit(5);
            rig.await(() -> rig.sink().failedDeliveries() == 1);
            Duration failed = rig.skipped();
            Duration elapsed = rig.elapsed();
            Duration step = Duration.ofMillis(Math.max(20, leastMillis / 100));

            rig.await(() -> rig.sink().delivered() == 5, step);

            assertThat(rig.skipped().minus(failed))
                    .as("skipped")
                    .isLessThanOrEqualTo(Duration.ofMillis(mostMillis).plus(step));
            // The failure was seen a little later than it happened.
            assertThat(rig.elapsed().minus(elapsed).plusMillis(500))
                    .as("elapsed")
                    .isGreaterThanOrEqualTo(Duration.ofMillis(leastMillis));
            assertThat(receiver.requests()).hasSize(before + 2);
            assertThat(rig.account().dropped()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 599})
    void error_thatMayPassKeepsTheBatch(int status) {
        receiver.answerNext(6, OtlpAnswer.status(status));
        try (DeliveryRig rig = start()) {
            rig.emit(BATCH);

            rig.awaitDelivered();

            assertThat(rig.sink().failedDeliveries()).isEqualTo(6);
            assertAllArrivedBut(rig, List.of());
        }
    }

    // ---- not this batch

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void poison_costsItselfAlone(int status) {
        receiver.answerWhenever(request -> Spans.isNamed(request, "poison"), OtlpAnswer.status(status));
        try (DeliveryRig rig = start()) {
            List<String> poison = new ArrayList<>();
            rig.emit(20);
            poison.add(rig.emit("poison"));
            rig.emit(20);
            poison.add(rig.emit("poison"));
            rig.emit(BATCH - 42);

            rig.awaitDelivered();

            assertAllArrivedBut(rig, poison);
            assertThat(receiver.requests()).as("two ways down a tree of 64").hasSizeLessThanOrEqualTo(25);
        }
    }

    @Test
    void batch_thatIsTooLargeIsSentInPieces() {
        receiver.answerWhenever(request -> Spans.count(request) > 16, OtlpAnswer.status(413));
        try (DeliveryRig rig = start()) {
            rig.emit(40 * BATCH);

            rig.awaitDelivered();

            assertAllArrivedBut(rig, List.of());
        }
    }

    @Test
    void span_atWhichTheReceiverFallsOverIsGivenUpAndTheOthersAreNot() {
        receiver.answerWhenever(request -> Spans.isNamed(request, "poison"), OtlpAnswer.status(500));
        try (DeliveryRig rig = start()) {
            rig.emit(BATCH);
            String poison = rig.emit("poison");
            rig.emit(BATCH - 1);

            // Only a receiver that takes other spans can be told from one that is away: two a second.
            rig.await(
                    () -> {
                        if (rig.history().emittedCount()
                                < 2 * BATCH + 2 * rig.elapsed().toSeconds()) {
                            rig.emit(1);
                        }
                        return rig.sink().droppedTotal() == 1;
                    },
                    Duration.ofMillis(500));
            rig.awaitDelivered();

            rig.history().deliveredAll(Spans.ids(receiver));
            rig.history().check(rig.account());
            assertThat(rig.history().missing()).containsExactly(poison);
        }
    }

    // ---- not us

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 407, 404})
    void refusal_pausesForFiveMinutesAndLosesNothing(int status) {
        receiver.answerNext(OtlpAnswer.status(status).body(("the key " + SECRET + " is wrong").getBytes(UTF_8)));
        try (DeliveryRig rig = start()) {
            rig.emit(BATCH);
            rig.awaitState(SinkState.PAUSED);
            rig.emit(BATCH);
            Duration paused = rig.elapsed();

            rig.awaitDelivered();

            assertThat(rig.elapsed().minus(paused)).isBetween(Duration.ofSeconds(290), Duration.ofSeconds(330));
            assertAllArrivedBut(rig, List.of());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 307, 308})
    void redirect_isNeverFollowed(int status) {
        try (OtlpReceiver elsewhere = OtlpReceiver.start()) {
            receiver.answerNext(3, OtlpAnswer.redirect(status, elsewhere.tracesEndpoint()));
            try (DeliveryRig rig = start()) {
                rig.emit(BATCH);
                rig.awaitState(SinkState.PAUSED);

                rig.awaitDelivered();

                assertThat(elsewhere.requests()).isEmpty();
                assertThat(rig.sink().failedDeliveries()).isEqualTo(3);
                assertAllArrivedBut(rig, List.of());
            }
        }
    }

    // ---- yes, but

    @Test
    void partialSuccess_isCountedAndNotSentAgain() {
        receiver.answerNext(OtlpAnswer.rejectedSpans(3, "span limit reached"));
        try (DeliveryRig rig = start()) {
            rig.emit(BATCH);

            rig.awaitDelivered();

            assertThat(receiver.requests()).hasSize(1);
            assertThat(rig.sink().delivered()).isEqualTo(BATCH - 3);
            assertThat(rig.account().dropped()).isEqualTo(Map.of("REJECTED", 3L));
            assertThat(rig.sink().lastError()).isEqualTo("receiver did not keep 3 records");
            assertThat(rig.sink().state()).isEqualTo(SinkState.HEALTHY);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 65, Long.MAX_VALUE, Long.MIN_VALUE})
    void partialSuccess_thatCannotBeKeepsTheBooksBalanced(long rejected) {
        receiver.answerNext(OtlpAnswer.rejectedSpans(rejected, "nonsense"));
        try (DeliveryRig rig = start()) {
            rig.emit(BATCH);

            rig.awaitDelivered();

            assertThat(rig.sink().delivered()).isEqualTo(rejected > 0 ? 0 : BATCH);
            assertThat(rig.sink().droppedTotal()).isEqualTo(rejected > 0 ? BATCH : 0);
            assertThat(receiver.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 503})
    void answer_ofAGigabyteIsNotRead(int status) {
        receiver.answerNext(OtlpAnswer.status(status).body(new byte[64 << 10]).repeated(16 << 10));
        try (DeliveryRig rig = start()) {
            rig.emit(BATCH);

            rig.awaitDelivered();

            assertThat(rig.sink().failedDeliveries()).isEqualTo(status == 200 ? 0 : 1);
            assertAllArrivedBut(rig, List.of());
        }
    }

    @Test
    void answer_thatIsAGzipBombDoesNotGoOff() throws IOException {
        receiver.answerNext(OtlpAnswer.ok().header("Content-Encoding", "gzip").body(gzip(new byte[64 << 20])));
        try (DeliveryRig rig = start()) {
            rig.emit(BATCH);

            rig.awaitDelivered();

            assertAllArrivedBut(rig, List.of());
            assertThat(receiver.requests()).extracting(OtlpRequest::status).containsExactly(200);
        }
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }
}
