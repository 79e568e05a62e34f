package io.dharma.tracing.errors.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.GroupChange;
import io.dharma.tracing.errors.GroupQuery;
import io.dharma.tracing.errors.GroupState;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.errors.RateQuery;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.errors.ServiceIdentity;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.testsupport.LeakCheck;
import io.dharma.tracing.testsupport.backends.EachElasticsearch;
import io.dharma.tracing.testsupport.backends.ElasticsearchServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the store does with a server that is well. */
@ExtendWith(LeakCheck.class)
class ElasticsearchStoreIT {

    private static final String GROUP = "v1-" + "a".repeat(32);
    private static final String OTHER = "v1-" + "b".repeat(32);

    /** Not long ago, or else it would be over. */
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(1, ChronoUnit.HOURS);

    private final long minute = now.getEpochSecond() / 60;
    private final String namespace = "t" + UUID.randomUUID().toString().replace("-", "");
    private final List<ElasticsearchErrorStore> stores = new ArrayList<>();

    @AfterEach
    void close() {
        stores.forEach(store -> store.close(Duration.ofSeconds(1)));
    }

    @EachElasticsearch
    void store_givesBackWhatItWasGivenAndOnlyOnce(ElasticsearchServer server) throws Exception {
        ElasticsearchErrorStore store = store(server);
        ErrorEvent whole = SampleErrors.event(1, GROUP, now.plusNanos(123_456_789));
        ErrorEvent later = SampleErrors.event(2, GROUP, now.plusSeconds(61));
        ErrorEvent bare = SampleErrors.bareEvent(3);
        GroupChange change = SampleErrors.change(GROUP, GroupState.NEW, now);
        List<ErrorRecord> batch = List.of(
                whole,
                later,
                bare,
                SampleErrors.count("c-1", GROUP, minute, 5),
                SampleErrors.count("c-2", GROUP, minute + 1, 7),
                SampleErrors.count("c-3", OTHER, minute + 1, 1),
                change);

        assertThat(deliver(store, batch)).isEqualTo(Delivery.delivered());
        assertThat(deliver(store, batch)).isEqualTo(Delivery.delivered());
        Requests.refresh(server.uri());

        assertThat(get(store.events(EventQuery.all())))
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("document")
                .containsExactly(later, whole, bare);
        assertThat(get(store.events(EventQuery.all().group(GROUP).between(now, now.plusSeconds(1)))))
                .extracting(ErrorEvent::id)
                .containsExactly(whole.id());
        assertThat(get(store.events(EventQuery.all().correlation("order-4711").limit(1))))
                .extracting(ErrorEvent::id)
                .containsExactly(later.id());
        assertThat(get(store.events(EventQuery.all().trace("not one")))).isEmpty();
        assertThat(get(store.rates(RateQuery.between(now.minusSeconds(1), now.plusSeconds(3600))
                        .group(GROUP))))
                .containsExactly(new MinuteRate(now, 5), new MinuteRate(now.plusSeconds(60), 7));
        assertThat(get(store.rates(
                        RateQuery.between(now.plusSeconds(60), Instant.MAX).service("checkout"))))
                .containsExactly(new MinuteRate(now.plusSeconds(60), 8));
        assertThat(get(store.rates(RateQuery.between(Instant.EPOCH, Instant.MAX).operation("another"))))
                .isEmpty();
        ErrorGroup group = get(store.groups(GroupQuery.all())).get(0);
        assertThat(group)
                .usingRecursiveComparison()
                .ignoringFields("lastSeen", "count", "affectedUsers")
                .isEqualTo(change.known());
        assertThat(group.count()).isEqualTo(12);
        assertThat(group.affectedUsers()).isEqualTo(2);
        assertThat(group.lastSeen()).isEqualTo(now.plusSeconds(60));
        assertThat(get(store.groups(GroupQuery.all().between(now, now.plusSeconds(60))))
                        .get(0)
                        .count())
                .isEqualTo(5);
        assertThat(get(store.groups(GroupQuery.all().in(GroupState.RESOLVED)))).isEmpty();
        assertThat(get(store.groups(
                        GroupQuery.all().in(GroupState.NEW).service("checkout").ids(GROUP, OTHER))))
                .hasSize(1);
    }

    @EachElasticsearch
    void question_beforeAnythingWasWrittenHasNoAnswers(ElasticsearchServer server) throws Exception {
        ElasticsearchErrorStore store = store(server);

        assertThat(get(store.groups(GroupQuery.all()))).isEmpty();
        assertThat(get(store.events(EventQuery.all()))).isEmpty();
        assertThat(get(store.rates(RateQuery.between(Instant.EPOCH, Instant.MAX))))
                .isEmpty();
    }

    @EachElasticsearch
    void recordThatTheServerDoesNotTake_isRejectedAlone(ElasticsearchServer server) throws Exception {
        ElasticsearchErrorStore store = store(server);
        ErrorEvent poison = SampleErrors.event(7, GROUP, Instant.MAX);

        Delivery delivery = deliver(store, List.of(SampleErrors.event(1, GROUP, now), poison));

        assertThat(delivery)
                .isInstanceOfSatisfying(
                        Delivery.Delivered.class,
                        partly -> assertThat(partly.rejected()).isEqualTo(1));
        assertThat(deliver(store, List.of(poison))).isInstanceOf(Delivery.Rejected.class);
        Requests.refresh(server.uri());
        assertThat(get(store.events(EventQuery.all()))).hasSize(1);
    }

    @EachElasticsearch
    void group_isWhatAllWhoWriteItAtOnceKnow(ElasticsearchServer server) throws Exception {
        List<CompletableFuture<Delivery>> deliveries = new ArrayList<>();
        ElasticsearchErrorStore first = store(server);
        ElasticsearchErrorStore second = store(server);
        for (int i = 0; i < 6; i++) {
            ErrorGroup known = SampleErrors.change(GROUP, GroupState.ONGOING, now.plusSeconds(i))
                    .known();
            ErrorRecord change =
                    new GroupChange(new ServiceIdentity("service-" + i, null, null, "i", null), known.counted(i, i));
            deliveries.add((i % 2 == 0 ? first : second)
                    .deliver(List.of(change, SampleErrors.count("c-" + i, GROUP, minute, 1)))
                    .toCompletableFuture());
        }
        for (CompletableFuture<Delivery> delivery : deliveries) {
            assertThat(delivery.get(60, TimeUnit.SECONDS)).isEqualTo(Delivery.delivered());
        }
        Requests.refresh(server.uri());

        ErrorGroup group = get(first.groups(GroupQuery.all())).get(0);
        assertThat(group.firstSeen()).isEqualTo(now.minusSeconds(60));
        assertThat(group.lastSeen()).isEqualTo(now.plusSeconds(5));
        assertThat(group.count()).isEqualTo(6);
        String document =
                Requests.send(server.uri(), "GET", "/dharma-error-groups-" + namespace + "/_doc/" + GROUP, "");
        assertThat(document).contains("service-0", "service-1", "service-2", "service-3", "service-4", "service-5");
    }

    @EachElasticsearch
    void documentOfSomebodyElse_isLeftOut(ElasticsearchServer server) throws Exception {
        ElasticsearchErrorStore store = store(server);
        assertThat(deliver(
                        store, List.of(SampleErrors.event(1, GROUP, now), SampleErrors.count("c", OTHER, minute, 1))))
                .isEqualTo(Delivery.delivered());
        for (String foreign :
                List.of("{}", "{\"dharma\":{}}", "{\"dharma\":{\"group\":\"" + GROUP + "\",\"trace\":[]}}")) {
            String body = "{\"@timestamp\":\"2026-01-01T00:00:00Z\","
                    + foreign.substring(1).replaceFirst("^}", "\"x\":1}");
            assertThat(Requests.send(server.uri(), "POST", "/logs-dharma.error-" + namespace + "/_doc", body))
                    .contains("created");
        }
        assertThat(Requests.send(
                        server.uri(),
                        "PUT",
                        "/dharma-error-groups-" + namespace + "/_doc/" + OTHER,
                        "{\"dharma\":{\"group\":\"" + OTHER + "\",\"state\":\"of a later version\"}}"))
                .contains("created");

        assertThat(deliver(store, List.of(SampleErrors.change(OTHER, GroupState.NEW, now))))
                .isEqualTo(Delivery.delivered());
        Requests.refresh(server.uri());

        assertThat(get(store.events(EventQuery.all()))).hasSize(1);
        assertThat(get(store.groups(GroupQuery.all()))).isEmpty();
        assertThat(Requests.send(server.uri(), "GET", "/dharma-error-groups-" + namespace + "/_doc/" + OTHER, ""))
                .contains("of a later version");
    }

    @EachElasticsearch
    void templates_areRenewedWhenTheRetentionChanges(ElasticsearchServer server) throws Exception {
        ElasticsearchErrorStore before =
                builder(server).keepFor(Duration.ofDays(7)).build();
        stores.add(before);
        assertThat(deliver(before, List.of(SampleErrors.event(1, GROUP, now)))).isEqualTo(Delivery.delivered());
        assertThat(template(server)).contains("\"data_retention\":\"10080m\"");

        ElasticsearchErrorStore after =
                builder(server).keepFor(Duration.ofDays(8)).build();
        stores.add(after);
        assertThat(deliver(after, List.of(SampleErrors.event(2, GROUP, now)))).isEqualTo(Delivery.delivered());

        assertThat(template(server)).contains("\"data_retention\":\"11520m\"");
    }

    @EachElasticsearch
    void templateOfALaterVersion_isLeftAlone(ElasticsearchServer server) throws Exception {
        ElasticsearchErrorStore store = store(server);
        String name = "dharma-error-events-" + namespace;
        String later = Objects.requireNonNull(store.templates().get(name)).replace("\"version\":1", "\"version\":99");
        assertThat(Requests.send(server.uri(), "PUT", "/_index_template/" + name, later))
                .contains("true");

        assertThat(deliver(store, List.of(SampleErrors.event(1, GROUP, now)))).isEqualTo(Delivery.delivered());

        assertThat(template(server)).contains("\"version\":99");
    }

    private String template(ElasticsearchServer server) throws IOException {
        return Requests.send(server.uri(), "GET", "/_index_template/dharma-error-events-" + namespace, "");
    }

    @EachElasticsearch
    void countsOfMonthsThatAreOver_areDeleted(ElasticsearchServer server) throws Exception {
        long old = Instant.parse("2020-02-03T00:00:00Z").getEpochSecond() / 60;
        ErrorCount past = SampleErrors.count("old", GROUP, old, 1);
        ErrorCount present = SampleErrors.count("new", GROUP, minute, 1);
        assertThat(deliver(store(server), List.of(past, present))).isEqualTo(Delivery.delivered());

        assertThat(deliver(store(server), List.of(present))).isEqualTo(Delivery.delivered());

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Requests.refresh(server.uri());
            String names = Requests.send(server.uri(), "GET", "/dharma-error-counts-" + namespace + "-*/_count", "");
            assertThat(names).contains("\"count\":1,");
        });
    }

    @EachElasticsearch
    void manyEvents_areReadPageByPage(ElasticsearchServer server) throws Exception {
        ElasticsearchErrorStore store = store(server);
        List<ErrorRecord> events = new ArrayList<>();
        for (int i = 0; i < 701; i++) {
            events.add(SampleErrors.event(i, GROUP, now.plusMillis(i / 10)));
        }
        assertThat(deliver(store, events)).isEqualTo(Delivery.delivered());
        Requests.refresh(server.uri());

        List<ErrorEvent> found = get(store.events(EventQuery.all().limit(10_000)));

        assertThat(found).hasSize(701);
        assertThat(found.get(0).id()).isEqualTo(events.get(700).id());
        assertThat(found.get(700).id()).isEqualTo(events.get(0).id());
    }

    @EachElasticsearch
    void closedStore_answersWithAFailure(ElasticsearchServer server) {
        ElasticsearchErrorStore store = store(server);
        store.close(Duration.ZERO);

        assertThatThrownBy(() -> get(store.events(EventQuery.all())))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    private ElasticsearchErrorStore store(ElasticsearchServer server) {
        ElasticsearchErrorStore store = builder(server).build();
        stores.add(store);
        return store;
    }

    private ElasticsearchErrorStore.Builder builder(ElasticsearchServer server) {
        URI uri = server.uri();
        return ElasticsearchErrorStore.builder(uri.toString())
                .namespace(namespace)
                .timeout(Duration.ofSeconds(60));
    }

    private static Delivery deliver(ElasticsearchErrorStore store, List<ErrorRecord> batch) throws Exception {
        return store.deliver(batch).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
