package io.dharma.tracing.export;

import io.dharma.tracing.pipeline.Delivery;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver's status means for the batch. The only place that decides it, for HTTP and gRPC, for our own sinks and
 * for OpenTelemetry's exporters over our sender. Where it differs from OTLP's specification, docs/rationale.md says why.
 */
enum AnswerStatus {
    /** The receiver has it. */
    TAKEN(""),
    /** Not now; the same batch may be offered again. */
    RETRY(""),
    /** Never, as it is. */
    REJECTED(""),
    /** Nobody is let in like this. */
    WRONG_CREDENTIALS(": check the credentials"),
    /** There is nothing that takes what we send. */
    WRONG_URL(": check the URL"),
    /** Elsewhere, where nobody told us to send it. */
    REDIRECT(": redirects are not followed, configure the final URL");

    /** What the servers of grpc-go, grpc-core, grpc-java and grpc-dotnet say of a message beyond their limit. */
    private static final List<String> TOO_LARGE = List.of("larger than max", "exceeds maximum", "exceeds the maximum");

    private final String advice;

    AnswerStatus(String advice) {
        this.advice = advice;
    }

    static AnswerStatus ofHttp(int status) {
        if (status >= 200 && status < 300) {
            return TAKEN;
        }
        if (status >= 300 && status < 400) {
            return REDIRECT;
        }
        return switch (status) {
            case 401, 403, 407 -> WRONG_CREDENTIALS;
            case 404, 405, 406, 410, 415, 501, 505 -> WRONG_URL;
            case 408, 425, 429 -> RETRY;
            default -> status >= 400 && status < 500 ? REJECTED : RETRY;
        };
    }

    /** @param description what the server said with it; it decides only where the status can mean two things */
    static AnswerStatus ofGrpc(GrpcStatusCode status, @Nullable String description) {
        return switch (status) {
            case OK -> TAKEN;
            case CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS -> RETRY;
            // What senders say when there was no gRPC status at all: a load balancer's 503, a connection cut short.
            case UNKNOWN -> RETRY;
            case UNAUTHENTICATED, PERMISSION_DENIED -> WRONG_CREDENTIALS;
            case UNIMPLEMENTED, NOT_FOUND -> WRONG_URL;
            // Senders do not pass on whether there was a RetryInfo, which would decide. To keep the batch is safe.
            case RESOURCE_EXHAUSTED -> isTooLarge(description) ? REJECTED : RETRY;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, ALREADY_EXISTS, INTERNAL -> REJECTED;
        };
    }

    private static boolean isTooLarge(@Nullable String description) {
        String said = description == null ? "" : description.toLowerCase(Locale.ROOT);
        return TOO_LARGE.stream().anyMatch(said::contains);
    }

    /**
     * For all but {@link #TAKEN}.
     *
     * @param answered who answered what, without payload or credentials
     * @param after how long the receiver asked us to wait, if it may be tried again
     */
    Delivery delivery(String answered, @Nullable Duration after) {
        return switch (this) {
            case TAKEN -> Delivery.delivered();
            case RETRY -> after == null ? Delivery.retry(answered) : Delivery.retry(answered, after);
            case REJECTED -> Delivery.rejected(answered);
            case WRONG_CREDENTIALS, WRONG_URL, REDIRECT -> Delivery.refused(answered + advice);
        };
    }
}
