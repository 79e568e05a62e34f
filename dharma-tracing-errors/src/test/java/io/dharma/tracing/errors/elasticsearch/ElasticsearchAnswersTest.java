package io.dharma.tracing.errors.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.errors.elasticsearch.FakeElasticsearch.Answer;
import io.dharma.tracing.errors.elasticsearch.FakeElasticsearch.Request;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a server's answers mean for the batch, of which real servers seldom give more than two. */
@ExtendWith(LeakCheck.class)
class ElasticsearchAnswersTest {

    private static final ErrorRecord FIRST = SampleErrors.count("first", "v1-a", 1, 1);
    private static final ErrorRecord SECOND = SampleErrors.count("second", "v1-a", 1, 1);
    private static final ErrorRecord THIRD = SampleErrors.count("third", "v1-a", 1, 1);
    private static final List<ErrorRecord> BATCH = List.of(FIRST, SECOND, THIRD);

    private FakeElasticsearch server;
    private ElasticsearchErrorStore store;

    @BeforeEach
    void start() throws IOException {
        server = new FakeElasticsearch();
        store = ElasticsearchErrorStore.builder(server.url()).apiKey("c2VjcmV0").build();
    }

    @AfterEach
    void close() {
        store.close(Duration.ofSeconds(1));
        server.close();
    }

    @Test
    void records_thatTheServerHadNoTimeForAreSentAgainAlone() throws Exception {
        server.status("second", 429);
        server.status("third", 400);

        assertThat(deliver()).isInstanceOf(Delivery.Retry.class);
        assertThat(deliver()).isInstanceOf(Delivery.Retry.class);
        server.status("second", 201);
        Delivery last = deliver();

        assertThat(server.bulks())
                .extracting(Request::documents)
                .containsExactly(List.of("first", "second", "third"), List.of("second"), List.of("second"));
        assertThat(last).isInstanceOfSatisfying(Delivery.Delivered.class, partly -> {
            assertThat(partly.rejected()).isEqualTo(1);
            assertThat(partly.message()).contains("some_exception").doesNotContain("secret");
        });
    }

    @Test
    void record_thatIsThereAlreadyArrived() throws Exception {
        server.status("first", 409);

        assertThat(deliver()).isEqualTo(Delivery.delivered());
    }

    @Test
    void batch_ofWhichNothingIsTakenIsRejectedAsAWhole() throws Exception {
        BATCH.forEach(record -> server.status(record.id(), 400));

        assertThat(deliver()).isInstanceOf(Delivery.Rejected.class);
    }

    @Test
    void indexThatIsMissing_isForAPersonToMake() throws Exception {
        server.status("first", 404);

        assertThat(deliver()).isInstanceOf(Delivery.Refused.class);
    }

    @Test
    void serverThatIsBusy_isAskedAgainWhenItSays() throws Exception {
        server.answer(new Answer(429, "", Map.of("Retry-After", "7")));

        assertThat(deliver())
                .isInstanceOfSatisfying(
                        Delivery.Retry.class, retry -> assertThat(retry.after()).isEqualTo(Duration.ofSeconds(7)));
    }

    @Test
    void answer_ofAnyStatusMeansSomething() throws Exception {
        for (int status : List.of(408, 429, 500, 502, 503, 504)) {
            server.answer(new Answer(status, "{}"));
            assertThat(deliver()).as("%s", status).isInstanceOf(Delivery.Retry.class);
        }
        for (int status : List.of(301, 302, 307, 308, 401, 403, 405)) {
            server.answer(new Answer(status, "{}", Map.of("Location", server.url() + "/elsewhere")));
            assertThat(deliver()).as("%s", status).isInstanceOf(Delivery.Refused.class);
        }
        for (int status : List.of(400, 413)) {
            String error = "{\"error\":{\"type\":\"t\",\"reason\":\"secret\"},\"status\":" + status + "}";
            server.answer(new Answer(status, error));
            assertThat(deliver())
                    .as("%s", status)
                    .isInstanceOfSatisfying(
                            Delivery.Rejected.class,
                            rejected -> assertThat(rejected.reason()).doesNotContain("secret"));
        }
        assertThat(server.requests()).noneMatch(request -> request.path().contains("elsewhere"));
    }

    @Test
    void answer_thatIsNoneMeansAgain() throws Exception {
        for (String nonsense : List.of("", "{", "[]", "{\"took\":1,\"errors\":false,\"items\":[]}", "\u0000")) {
            server.answer(new Answer(200, nonsense));
            assertThat(deliver()).as(nonsense).isInstanceOf(Delivery.Retry.class);
        }
        assertThat(deliver()).isEqualTo(Delivery.delivered());
    }

    @Test
    void answer_thatIsHugeIsNotRead() throws Exception {
        server.answer(new Answer(200, "{\"took\":" + " ".repeat(9 << 20) + "1}"));
        assertThat(deliver())
                .isInstanceOfSatisfying(
                        Delivery.Retry.class,
                        retry -> assertThat(retry.reason()).contains("AnswerTooLong"));

        String huge = " ".repeat(9 << 20);
        for (int i = 0; i < 9; i++) {
            server.answer(new Answer(200, huge));
        }
        assertThatThrownBy(() ->
                        store.events(EventQuery.all()).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .hasMessageContaining("more than");
    }

    @Test
    void credentials_goWithEveryRequestAndAreNeverShown() throws Exception {
        assertThat(deliver()).isEqualTo(Delivery.delivered());

        assertThat(server.requests())
                .isNotEmpty()
                .allSatisfy(request ->
                        assertThat(request.headers().get("Authorization")).containsExactly("ApiKey c2VjcmV0"));
        assertThat(store.toString()).contains("an API key").doesNotContain("c2VjcmV0");
    }

    @Test
    void batch_thatIsTooLargeForOneRequestTakesSeveral() throws Exception {
        List<ErrorRecord> many = new ArrayList<>();
        for (int i = 0; i < RecordWrite.MAX_OPERATIONS + 1; i++) {
            many.add(SampleErrors.count("c" + i, "v1-a", 1, 1));
        }
        assertThat(store.deliver(many).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isEqualTo(Delivery.delivered());
        assertThat(server.bulks())
                .extracting(request -> request.documents().size())
                .containsExactly(RecordWrite.MAX_OPERATIONS, 1);
    }

    @Test
    void anotherServer_isTakenWhenOneIsAway() throws Exception {
        String nobody = "http://127.0.0.1:1";
        ElasticsearchErrorStore both =
                ElasticsearchErrorStore.builder(nobody, server.url()).build();
        try {
            assertThat(both.deliver(BATCH).toCompletableFuture().get(60, TimeUnit.SECONDS))
                    .isInstanceOf(Delivery.Retry.class);
            assertThat(both.deliver(BATCH).toCompletableFuture().get(60, TimeUnit.SECONDS))
                    .isEqualTo(Delivery.delivered());
        } finally {
            both.close(Duration.ZERO);
        }
    }

    @Test
    void settings_thatCannotBeAreRefusedAtOnce() {
        assertThatThrownBy(() -> ElasticsearchErrorStore.builder("ftp://x"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ElasticsearchErrorStore.builder()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ElasticsearchErrorStore.builder("http://user:secret@x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
        ElasticsearchErrorStore.Builder builder = ElasticsearchErrorStore.builder("http://x");
        assertThatThrownBy(() -> builder.namespace("With-Capitals"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("With-Capitals");
        assertThatThrownBy(() -> builder.keepFor(Duration.ofHours(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.timeout(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.apiKey("secret\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    private Delivery deliver() throws Exception {
        return store.deliver(BATCH).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
