package io.dharma.tracing.errors.elasticsearch;

import static java.util.stream.Collectors.toMap;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch._types.FieldValue;
import co.elastic.clients.elasticsearch._types.SortOrder;
import co.elastic.clients.elasticsearch._types.aggregations.Aggregate;
import co.elastic.clients.elasticsearch._types.aggregations.CompositeAggregate;
import co.elastic.clients.elasticsearch._types.aggregations.CompositeAggregationSource;
import co.elastic.clients.elasticsearch._types.aggregations.CompositeBucket;
import co.elastic.clients.elasticsearch._types.aggregations.MultiBucketBase;
import co.elastic.clients.elasticsearch._types.aggregations.StringTermsBucket;
import co.elastic.clients.elasticsearch._types.query_dsl.Query;
import co.elastic.clients.elasticsearch.core.SearchRequest;
import co.elastic.clients.elasticsearch.core.SearchResponse;
import co.elastic.clients.elasticsearch.core.search.Hit;
import co.elastic.clients.json.JsonData;
import co.elastic.clients.util.NamedValue;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorGroup;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.GroupQuery;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.errors.RateQuery;
import io.dharma.tracing.export.HttpPeer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for, as queries of exact terms and ranges: what somebody types is a value, never a part of a query. Any
 * thread.
 */
final class Questions {

    /** As many groups as a question may ask for. */
    private static final int MOST_GROUPS = 10_000;

    private static final int GROUPS_AT_ONCE = 200;
    private static final int EVENTS_AT_ONCE = 200;
    private static final int MINUTES_AT_ONCE = 10_000;

    /** Numbers of users are exact up to this. */
    private static final int EXACT_USERS = 256;

    /** Where years have more than four digits, times need a sign that queries do not know. */
    private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

    private static final String TIME = "@timestamp";
    private static final String GROUP = "dharma.group";
    private static final String SERVICE = "service.name";

    private static final CompositeAggregationSource MINUTE = CompositeAggregationSource.of(
            source -> source.dateHistogram(minute -> minute.field(TIME).fixedInterval(time -> time.time("1m"))));

    private final ElasticsearchAsyncClient client;
    private final Indices indices;

    Questions(ElasticsearchAsyncClient client, Indices indices) {
        this.client = client;
        this.indices = indices;
    }

    // ---- groups

    /** @param last the minute in which it happened last */
    private record Counted(long count, Instant last) {}

    CompletableFuture<List<ErrorGroup>> groups(GroupQuery query) {
        return counts(query).thenCompose(counts -> {
            if (isForAllTime(query)) {
                query.ids().forEach(id -> counts.putIfAbsent(id, new Counted(0, Instant.MIN)));
            }
            List<String> ids = List.copyOf(counts.keySet());
            return known(query, ids, 0, new ArrayList<>()).thenCompose(known -> withUsers(query, known, counts));
        });
    }

    private static boolean isForAllTime(GroupQuery query) {
        return !query.from().isAfter(Instant.EPOCH) && query.to().isAfter(END_OF_TIME);
    }

    /** How often each happened, those that happened last first. */
    private CompletableFuture<Map<String, Counted>> counts(GroupQuery query) {
        List<Query> filters = new ArrayList<>();
        addTime(filters, query.from().truncatedTo(ChronoUnit.MINUTES), query.to());
        addTerm(filters, SERVICE, query.service());
        if (!query.ids().isEmpty()) {
            filters.add(terms(GROUP, query.ids()));
        }
        int most = query.states().isEmpty() ? query.limit() : MOST_GROUPS;
        return search(request -> request.index(indices.allCounts())
                        .size(0)
                        .query(all(filters))
                        .aggregations(
                                "groups",
                                groups -> groups.terms(terms -> terms.field(GROUP)
                                                .size(most)
                                                .order(List.of(NamedValue.of("last", SortOrder.Desc))))
                                        .aggregations("last", last -> last.max(max -> max.field(TIME)))
                                        .aggregations("count", count -> count.sum(sum -> sum.field("dharma.count")))))
                .thenApply(response -> {
                    Map<String, Counted> counts = new LinkedHashMap<>();
                    for (StringTermsBucket bucket : buckets(response)) {
                        double count = part(bucket, "count").sum().value();
                        double last = part(bucket, "last").max().value();
                        counts.put(bucket.key().stringValue(), new Counted((long) count, Instant.ofEpochMilli((long)
                                last)));
                    }
                    return counts;
                });
    }

    /** What is known of the first of them that are wanted, in their order. */
    private CompletableFuture<List<ErrorGroup>> known(
            GroupQuery query, List<String> ids, int from, List<ErrorGroup> found) {
        if (from >= ids.size() || found.size() >= query.limit()) {
            return CompletableFuture.completedFuture(
                    List.copyOf(found.subList(0, Math.min(found.size(), query.limit()))));
        }
        List<String> some = ids.subList(from, Math.min(ids.size(), from + GROUPS_AT_ONCE));
        List<Query> filters = new ArrayList<>();
        filters.add(terms(GROUP, some));
        if (!query.states().isEmpty()) {
            filters.add(terms(
                    "dharma.state",
                    query.states().stream()
                            .map(state -> state.name().toLowerCase(Locale.ROOT))
                            .toList()));
        }
        return search(request ->
                        request.index(indices.groups()).size(GROUPS_AT_ONCE).query(all(filters)))
                .thenCompose(response -> {
                    Map<String, ErrorGroup> byId = response.hits().hits().stream()
                            .map(Hit::source)
                            .map(GroupWrite::groupOf)
                            .filter(Objects::nonNull)
                            .collect(toMap(ErrorGroup::id, group -> group, ErrorGroup::and));
                    some.stream().map(byId::get).filter(Objects::nonNull).forEach(found::add);
                    return known(query, ids, from + GROUPS_AT_ONCE, found);
                });
    }

    private CompletableFuture<List<ErrorGroup>> withUsers(
            GroupQuery query, List<ErrorGroup> known, Map<String, Counted> counts) {
        if (known.isEmpty()) {
            return CompletableFuture.completedFuture(known);
        }
        List<Query> filters = new ArrayList<>();
        addTime(filters, query.from(), query.to());
        addTerm(filters, SERVICE, query.service());
        filters.add(terms(GROUP, known.stream().map(ErrorGroup::id).toList()));
        return search(request -> request.index(indices.events())
                        .size(0)
                        .query(all(filters))
                        .aggregations(
                                "groups",
                                groups -> groups.terms(
                                                terms -> terms.field(GROUP).size(known.size()))
                                        .aggregations(
                                                "users",
                                                users -> users.cardinality(cardinality -> cardinality
                                                        .field("user.hash")
                                                        .precisionThreshold(EXACT_USERS)))))
                .thenApply(response -> {
                    Map<String, Long> users = buckets(response).stream()
                            .collect(toMap(
                                    bucket -> bucket.key().stringValue(),
                                    bucket ->
                                            part(bucket, "users").cardinality().value()));
                    return known.stream()
                            .map(group -> counted(
                                    group,
                                    Objects.requireNonNull(counts.get(group.id())),
                                    users.getOrDefault(group.id(), 0L),
                                    isForAllTime(query)))
                            .toList();
                });
    }

    /** Not every event is kept, so who counted them while they happened may know of more users. */
    private static ErrorGroup counted(ErrorGroup group, Counted counted, long users, boolean forAllTime) {
        ErrorGroup seen = counted.last().isAfter(group.lastSeen())
                ? new ErrorGroup(
                        group.id(),
                        group.family(),
                        group.predecessor(),
                        group.type(),
                        group.culprit(),
                        group.title(),
                        group.severity(),
                        group.category(),
                        group.state(),
                        group.stateSince(),
                        group.firstSeen(),
                        counted.last(),
                        group.count(),
                        group.affectedUsers(),
                        group.releases(),
                        group.samples())
                : group;
        return seen.counted(counted.count(), forAllTime ? Math.max(users, group.affectedUsers()) : users);
    }

    private static List<StringTermsBucket> buckets(SearchResponse<JsonData> response) {
        var groups = response.aggregations().get("groups");
        // Where no index has the field yet, it has no type.
        return groups == null || !groups.isSterms()
                ? List.of()
                : groups.sterms().buckets().array();
    }

    // ---- events

    CompletableFuture<List<ErrorEvent>> events(EventQuery query) {
        List<Query> filters = new ArrayList<>();
        // Times are kept to the millisecond for this; those of the documents are exact.
        addTime(filters, query.from().truncatedTo(ChronoUnit.MILLIS), afterLastMilli(query.to()));
        addTerm(filters, GROUP, query.group());
        addTerm(filters, "dharma.correlation_id", query.correlationId());
        addTerm(filters, "trace.id", query.traceId());
        return new EventPages(query, all(filters)).next(Math.min(EVENTS_AT_ONCE, query.limit()), List.of());
    }

    private static Instant afterLastMilli(Instant end) {
        return end.isAfter(END_OF_TIME)
                ? end
                : end.truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
    }

    /** @param size how many there could be */
    private record Page(List<Hit<JsonData>> hits, int size) {}

    /** One question, page by page. */
    private final class EventPages {

        private final EventQuery query;
        private final Query filter;
        private final List<ErrorEvent> found = new ArrayList<>();
        private final Set<String> ids = new HashSet<>();

        EventPages(EventQuery query, Query filter) {
            this.query = query;
            this.filter = filter;
        }

        CompletableFuture<List<ErrorEvent>> next(int size, List<FieldValue> after) {
            return page(size, after).thenCompose(this::add);
        }

        /** Fewer, if they are so large that they do not fit. */
        private CompletableFuture<Page> page(int size, List<FieldValue> after) {
            return search(request -> {
                        request.index(indices.events())
                                .size(size)
                                .query(filter)
                                .source(source -> source.filter(part -> part.excludes("error.stack_trace")))
                                .sort(sort ->
                                        sort.field(field -> field.field(TIME).order(SortOrder.Desc)))
                                .sort(sort -> sort.field(
                                        field -> field.field("event.id").order(SortOrder.Desc)));
                        return after.isEmpty() ? request : request.searchAfter(after);
                    })
                    .thenApply(response -> new Page(response.hits().hits(), size))
                    .exceptionallyCompose(failure -> {
                        boolean isTooLong = NotAnswered.unwrapped(failure) instanceof HttpPeer.AnswerTooLong;
                        return isTooLong && size > 1 ? page(size / 2, after) : CompletableFuture.failedFuture(failure);
                    });
        }

        private CompletableFuture<List<ErrorEvent>> add(Page page) {
            List<Hit<JsonData>> hits = page.hits();
            for (Hit<JsonData> hit : hits) {
                ErrorEvent event = DocumentReader.event(hit.source());
                // The same event may have come before and after a roll-over.
                if (event != null && isWanted(event) && found.size() < query.limit() && ids.add(event.id())) {
                    found.add(event);
                }
            }
            return hits.size() < page.size() || found.size() == query.limit()
                    ? CompletableFuture.completedFuture(List.copyOf(found))
                    : next(page.size(), hits.get(hits.size() - 1).sort());
        }

        private boolean isWanted(ErrorEvent event) {
            return !event.time().isBefore(query.from()) && event.time().isBefore(query.to());
        }
    }

    // ---- rates

    CompletableFuture<List<MinuteRate>> rates(RateQuery query) {
        List<Query> filters = new ArrayList<>();
        addTime(filters, query.from().truncatedTo(ChronoUnit.MINUTES), query.to());
        addTerm(filters, GROUP, query.group());
        addTerm(filters, SERVICE, query.service());
        addTerm(filters, "transaction.name", query.operation());
        return minutes(all(filters), Map.of(), new ArrayList<>());
    }

    private CompletableFuture<List<MinuteRate>> minutes(
            Query filter, Map<String, FieldValue> after, List<MinuteRate> found) {
        return search(request -> request.index(indices.allCounts())
                        .size(0)
                        .query(filter)
                        .aggregations(
                                "minutes",
                                minutes -> minutes.composite(composite -> {
                                            composite.size(MINUTES_AT_ONCE).sources(List.of(Map.of("minute", MINUTE)));
                                            return after.isEmpty() ? composite : composite.after(after);
                                        })
                                        .aggregations("count", count -> count.sum(sum -> sum.field("dharma.count")))))
                .thenCompose(response -> {
                    var answer = response.aggregations().get("minutes");
                    if (answer == null) {
                        return CompletableFuture.completedFuture(List.copyOf(found));
                    }
                    CompositeAggregate minutes = answer.composite();
                    List<CompositeBucket> buckets = minutes.buckets().array();
                    buckets.forEach(bucket -> found.add(rate(bucket)));
                    Map<String, FieldValue> next = minutes.afterKey();
                    return buckets.size() < MINUTES_AT_ONCE || next == null || next.isEmpty()
                            ? CompletableFuture.completedFuture(List.copyOf(found))
                            : minutes(filter, next, found);
                });
    }

    private static MinuteRate rate(CompositeBucket bucket) {
        long minute = Objects.requireNonNull(bucket.key().get("minute")).longValue();
        double count = part(bucket, "count").sum().value();
        return new MinuteRate(Instant.ofEpochMilli(minute), (long) count);
    }

    // ---- parts of queries

    private static Aggregate part(MultiBucketBase bucket, String name) {
        return Objects.requireNonNull(bucket.aggregations().get(name), name);
    }

    private CompletableFuture<SearchResponse<JsonData>> search(
            Function<SearchRequest.Builder, SearchRequest.Builder> request) {
        return client.search(
                builder -> request.apply(builder)
                        .ignoreUnavailable(true)
                        .allowNoIndices(true)
                        // Less than all without a word would be a wrong answer.
                        .allowPartialSearchResults(false)
                        .trackTotalHits(total -> total.enabled(false)),
                JsonData.class);
    }

    private static Query all(List<Query> filters) {
        return Query.of(query -> query.bool(bool -> bool.filter(filters)));
    }

    private static void addTerm(List<Query> filters, String field, @Nullable String value) {
        if (value != null) {
            filters.add(Query.of(query -> query.term(term -> term.field(field).value(value))));
        }
    }

    private static Query terms(String field, Collection<String> values) {
        List<FieldValue> wanted = values.stream().map(FieldValue::of).toList();
        return Query.of(query -> query.terms(terms -> terms.field(field).terms(any -> any.value(wanted))));
    }

    private static void addTime(List<Query> filters, Instant from, Instant to) {
        boolean hasBegin = from.isAfter(Instant.EPOCH);
        boolean hasEnd = !to.isAfter(END_OF_TIME);
        if (!hasBegin && !hasEnd) {
            return;
        }
        filters.add(Query.of(query -> query.range(range -> range.date(date -> {
            date.field(TIME).format("strict_date_optional_time_nanos");
            if (hasBegin) {
                date.gte((from.isAfter(END_OF_TIME) ? END_OF_TIME : from).toString());
            }
            if (hasEnd) {
                date.lt((to.isBefore(Instant.EPOCH) ? Instant.EPOCH : to).toString());
            }
            return date;
        }))));
    }
}
