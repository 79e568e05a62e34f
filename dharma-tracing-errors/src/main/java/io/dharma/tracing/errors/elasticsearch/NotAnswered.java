package io.dharma.tracing.errors.elasticsearch;

import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.transport.TransportException;
import io.dharma.tracing.pipeline.Delivery;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A request has no answer that says anything about what was asked; with what that means for a batch. */
final class NotAnswered extends IOException {

    /** How a reason ends that says who we are is to blame. */
    static final String CREDENTIALS = ": check the credentials and their rights";

    private static final long serialVersionUID = 1L;

    private final transient Delivery meaning;

    NotAnswered(Delivery meaning) {
        super(reason(meaning));
        this.meaning = meaning;
    }

    private static String reason(Delivery meaning) {
        if (meaning instanceof Delivery.Retry retry) {
            return retry.reason();
        }
        if (meaning instanceof Delivery.Rejected rejected) {
            return rejected.reason();
        }
        return meaning instanceof Delivery.Refused refused ? refused.reason() : "no answer";
    }

    Delivery meaning() {
        return meaning;
    }

    /** What any failure of a request means for the batch. Names what Elasticsearch says of it, never a value. */
    static Delivery meaningOf(Throwable thrown) {
        Throwable failure = unwrapped(thrown);
        if (failure instanceof NotAnswered known) {
            return known.meaning();
        }
        if (failure instanceof ElasticsearchException answer) {
            return ofStatus(answer.status(), answer.error().type());
        }
        if (failure instanceof TransportException answer && answer.statusCode() >= 300) {
            return Delivery.refused("what answered HTTP " + answer.statusCode()
                    + " does not speak as Elasticsearch does: check the URL");
        }
        return Delivery.retry("the answer cannot be read: " + failure.getClass().getSimpleName());
    }

    /** @param type what Elasticsearch calls it */
    static Delivery ofStatus(int status, @Nullable String type) {
        String said = "answered " + status + " " + (type == null ? "" : type);
        if (isForLater(status)) {
            return Delivery.retry(said);
        }
        return switch (status) {
            case 401, 403 -> Delivery.refused(said + CREDENTIALS);
            case 404 -> Delivery.refused(said + ": check that indices may be created");
            default -> Delivery.rejected(said);
        };
    }

    static boolean isForLater(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    /** Whether it was answered with this status. */
    static boolean isStatus(Throwable thrown, int status) {
        return unwrapped(thrown) instanceof ElasticsearchException answer && answer.status() == status;
    }

    static Throwable unwrapped(Throwable thrown) {
        Throwable failure = thrown;
        while (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        return failure;
    }
}
