package io.dharma.tracing.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.pipeline.Delivery;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both tables, whole. */
class AnswerStatusTest {

    private static final Map<AnswerStatus, List<Integer>> CLIENT_ERRORS = Map.of(
            AnswerStatus.RETRY, List.of(408, 425, 429),
            AnswerStatus.WRONG_CREDENTIALS, List.of(401, 403, 407),
            AnswerStatus.WRONG_URL, List.of(404, 405, 406, 410, 415));

    @Test
    void http_successIsTakenAndRedirectsAreNot() {
        assertThat(http(200, 300)).isEqualTo(Set.of(AnswerStatus.TAKEN));
        assertThat(http(300, 400)).isEqualTo(Set.of(AnswerStatus.REDIRECT));
    }

    @Test
    void http_clientErrorsAreRejectedButForThoseThatAreKnown() {
        for (int status = 400; status < 500; status++) {
            int asked = status;
            AnswerStatus expected = CLIENT_ERRORS.entrySet().stream()
                    .filter(entry -> entry.getValue().contains(asked))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(AnswerStatus.REJECTED);
            assertThat(AnswerStatus.ofHttp(status)).as("HTTP %d", status).isEqualTo(expected);
        }
    }

    @Test
    void http_serverErrorsAreTriedAgainButForThoseThatNeverPass() {
        for (int status = 500; status < 600; status++) {
            boolean never = status == 501 || status == 505;
            assertThat(AnswerStatus.ofHttp(status))
                    .as("HTTP %d", status)
                    .isEqualTo(never ? AnswerStatus.WRONG_URL : AnswerStatus.RETRY);
        }
    }

    private static Set<AnswerStatus> http(int from, int to) {
        return IntStream.range(from, to).mapToObj(AnswerStatus::ofHttp).collect(Collectors.toSet());
    }

    @Test
    void grpc_isTriedAgainAsTheSpecificationSays() {
        Set<GrpcStatusCode> retried = EnumSet.of(
                GrpcStatusCode.CANCELLED,
                GrpcStatusCode.DEADLINE_EXCEEDED,
                GrpcStatusCode.ABORTED,
                GrpcStatusCode.OUT_OF_RANGE,
                GrpcStatusCode.UNAVAILABLE,
                GrpcStatusCode.DATA_LOSS);
        // Beyond it, for reasons in docs/rationale.md.
        retried.add(GrpcStatusCode.UNKNOWN);
        retried.add(GrpcStatusCode.RESOURCE_EXHAUSTED);

        assertThat(grpc(AnswerStatus.RETRY)).isEqualTo(retried);
    }

    @Test
    void grpc_tellsWhoHasToAct() {
        assertThat(grpc(AnswerStatus.TAKEN)).containsExactly(GrpcStatusCode.OK);
        assertThat(grpc(AnswerStatus.WRONG_CREDENTIALS))
                .containsExactlyInAnyOrder(GrpcStatusCode.UNAUTHENTICATED, GrpcStatusCode.PERMISSION_DENIED);
        assertThat(grpc(AnswerStatus.WRONG_URL))
                .containsExactlyInAnyOrder(GrpcStatusCode.UNIMPLEMENTED, GrpcStatusCode.NOT_FOUND);
        assertThat(grpc(AnswerStatus.REJECTED))
                .containsExactlyInAnyOrder(
                        GrpcStatusCode.INVALID_ARGUMENT,
                        GrpcStatusCode.FAILED_PRECONDITION,
                        GrpcStatusCode.ALREADY_EXISTS,
                        GrpcStatusCode.INTERNAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grpc: received message larger than max (4194305 vs. 4194304)",
                "Received message larger than max (5000000 vs. 4194304)",
                "gRPC message exceeds maximum size 4194304: 4194305",
                "Received message exceeds the maximum configured message size."
            })
    void grpc_exhaustedBySizeIsRejectedSinceWaitingMakesNothingSmaller(String description) {
        assertThat(AnswerStatus.ofGrpc(GrpcStatusCode.RESOURCE_EXHAUSTED, description))
                .isEqualTo(AnswerStatus.REJECTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data refused due to high memory usage", "quota exceeded", ""})
    void grpc_exhaustedByLoadIsTriedAgain(String description) {
        assertThat(AnswerStatus.ofGrpc(GrpcStatusCode.RESOURCE_EXHAUSTED, description))
                .isEqualTo(AnswerStatus.RETRY);
    }

    private static Set<GrpcStatusCode> grpc(AnswerStatus meaning) {
        return Arrays.stream(GrpcStatusCode.values())
                .filter(status -> AnswerStatus.ofGrpc(status, null) == meaning)
                .collect(Collectors.toSet());
    }

    @Test
    void delivery_saysWhatToDo() {
        assertThat(AnswerStatus.RETRY.delivery("host answered", Duration.ofSeconds(3)))
                .isEqualTo(Delivery.retry("host answered", Duration.ofSeconds(3)));
        assertThat(AnswerStatus.RETRY.delivery("host answered", null)).isEqualTo(Delivery.retry("host answered"));
        assertThat(AnswerStatus.REJECTED.delivery("host answered", null)).isEqualTo(Delivery.rejected("host answered"));
        assertThat(AnswerStatus.WRONG_URL.delivery("host answered", null))
                .isEqualTo(Delivery.refused("host answered: check the URL"));
    }
}
