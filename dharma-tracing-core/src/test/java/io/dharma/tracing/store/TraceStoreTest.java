package io.dharma.tracing.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dharma.tracing.internal.trace.SpanSize;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.sampling.KeepReason;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceStoreTest {

    private final StoreSpans spans = new StoreSpans();
    private final TraceStore store = TraceStore.create();

    private static void deliver(TraceStore store, SpanData... batch) {
        assertThat(store.deliver(List.of(batch)).toCompletableFuture().join()).isEqualTo(Delivery.delivered());
    }

    private List<String> search(Consumer<TraceQuery.Builder> query) {
        return ids(store.search(query));
    }

    private static List<String> ids(TracePage page) {
        return page.traces().stream().map(TraceSummary::traceId).toList();
    }

    /** Three traces: a failed order of 1,210 ms, a quick list in another service, a child whose root never came. */
    private void threeTraces() {
        deliver(
                store,
                spans.span(1, 12, "charge-card")
                        .parent(11)
                        .startMillis(10)
                        .took(Duration.ofMillis(1_100))
                        .attribute("card", "visa")
                        .data(),
                spans.span(1, 11, "POST /orders")
                        .remoteParent(99)
                        .kind(SpanKind.SERVER)
                        .took(Duration.ofMillis(1_210))
                        .attribute("dharma.sampling.kept", "error")
                        .failed("payment failed")
                        .data());
        deliver(
                store,
                spans.span(2, 21, "GET /orders")
                        .service("catalog")
                        .startMillis(60_000)
                        .attributes(Attributes.builder()
                                .put("http.response.status_code", 200)
                                .put(AttributeKey.stringArrayKey("roles"), List.of("admin", "buyer"))
                                .build())
                        .data());
        deliver(
                store,
                spans.span(3, 31, "flush").parent(30).startMillis(120_000).data());
    }

    // ---- finding

    @Test
    void trace_isFoundWithAllItsSpans() {
        threeTraces();

        StoredTrace trace = store.find(StoreSpans.traceId(1)).orElseThrow();

        assertThat(trace.traceId()).isEqualTo(StoreSpans.traceId(1));
        assertThat(trace.spans()).extracting(SpanData::getName).containsExactly("POST /orders", "charge-card");
        assertThat(trace.root().orElseThrow().getName()).isEqualTo("POST /orders");
        assertThat(trace.isComplete()).isTrue();
        assertThat(trace.children().get(StoreSpans.spanId(11)))
                .extracting(SpanData::getName)
                .containsExactly("charge-card");
        assertThat(trace.summary())
                .isEqualTo(new TraceSummary(
                        StoreSpans.traceId(1),
                        "POST /orders",
                        "checkout",
                        StoreSpans.NOON,
                        Duration.ofMillis(1_210),
                        2,
                        1,
                        java.util.Set.of("error"),
                        false));
    }

    @Test
    void trace_withoutItsRootIsFoundAndSaysSo() {
        threeTraces();

        StoredTrace trace = store.find(StoreSpans.traceId(3)).orElseThrow();

        assertThat(trace.isComplete()).isFalse();
        assertThat(trace.root()).isEmpty();
        assertThat(trace.roots()).hasSize(1);
        assertThat(trace.summary().rootName()).isNull();
        assertThat(trace.summary().service()).isEqualTo("checkout");
    }

    @Test
    void lateSpans_joinTheirTrace() {
        threeTraces();
        deliver(
                store,
                spans.span(1, 13, "mail")
                        .parent(11)
                        .startMillis(2_000)
                        .failed("no server")
                        .data());

        StoredTrace trace = store.find(StoreSpans.traceId(1)).orElseThrow();

        assertThat(trace.spans()).hasSize(3);
        assertThat(trace.summary().duration()).isEqualTo(Duration.ofMillis(2_012));
        assertThat(trace.summary().failedSpans()).isEqualTo(2);
        assertThat(search(query -> {})).containsExactly(id(3), id(2), id(1));
    }

    @Test
    void span_thatIsDeliveredTwiceIsShownOnce() {
        SpanData span = spans.plain(1, 1);
        deliver(store, span);
        deliver(store, span);

        assertThat(store.find(id(1)).orElseThrow().spans()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0af7", "00000000000000000000000000000000", "zzf7651916cd43dd8448eb211c80319c"})
    void anything_thatIsNoTraceIdIsNotFound(String traceId) {
        assertThat(store.find(traceId)).isEmpty();
        assertThat(store.pin(traceId)).isFalse();
        assertThat(store.unpin(traceId)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceQuery.builder().traceId(traceId));
    }

    @Test
    void traceId_isFoundInUpperCaseToo() {
        deliver(store, spans.plain(1, 1));

        assertThat(store.find(id(1).toUpperCase(java.util.Locale.ROOT))).isPresent();
    }

    @Test
    void spans_withoutAValidTraceIdAreDroppedAndCounted() {
        SpanData broken = new DelegatingSpanData(spans.plain(1, 1)) {
            @Override
            public String getTraceId() {
                return "none";
            }
        };
        deliver(store, broken, spans.plain(2, 2));

        assertThat(store.stats().traces()).isEqualTo(1);
        assertThat(store.stats().droppedSpans()).isEqualTo(1);
    }

    @Test
    void text_looksLikeThis() {
        threeTraces();
        deliver(
                store,
                spans.span(3, 32, "write").parent(31).startMillis(120_001).data());

        StringBuilder text = new StringBuilder();
        for (long trace = 1; trace <= 3; trace++) {
            text.append(store.find(id(trace)).orElseThrow());
        }

        assertThat(text.toString()).isEqualTo(golden("traces.txt"));
    }

    private static String golden(String name) {
        try (InputStream in = Objects.requireNonNull(TraceStoreTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- searching

    @Test
    void query_findsByEachCondition() {
        threeTraces();

        assertThat(search(query -> {})).containsExactly(id(3), id(2), id(1));
        assertThat(search(query -> query.traceId(id(2)))).containsExactly(id(2));
        assertThat(search(query -> query.name("charge-card"))).containsExactly(id(1));
        assertThat(search(query -> query.name("*/orders"))).containsExactly(id(2), id(1));
        assertThat(search(query -> query.name("POST*").name("charge*"))).containsExactly(id(1));
        assertThat(search(query -> query.name("charge"))).isEmpty();
        assertThat(search(query -> query.service("catalog"))).containsExactly(id(2));
        assertThat(search(query -> query.attribute("card"))).containsExactly(id(1));
        assertThat(search(query -> query.attribute("card", "visa"))).containsExactly(id(1));
        assertThat(search(query -> query.attribute("card", "amex"))).isEmpty();
        assertThat(search(query -> query.attribute("http.response.status_code", "200")))
                .containsExactly(id(2));
        assertThat(search(query -> query.attribute("roles", "buyer"))).containsExactly(id(2));
        assertThat(search(query -> query.atLeast(Duration.ofMillis(1_210)))).containsExactly(id(1));
        assertThat(search(query -> query.atMost(Duration.ofMillis(1_209)))).containsExactly(id(3), id(2));
        assertThat(search(TraceQuery.Builder::failed)).containsExactly(id(1));
        assertThat(search(query -> query.kept(KeepReason.ERROR))).containsExactly(id(1));
        assertThat(search(query -> query.kept(KeepReason.SLOW))).isEmpty();
        assertThat(search(query -> query.from(StoreSpans.NOON.plusSeconds(60)))).containsExactly(id(3), id(2));
        assertThat(search(query -> query.to(StoreSpans.NOON.plusSeconds(60)))).containsExactly(id(1));
    }

    @Test
    void query_takesEveryTimeThereIs() {
        threeTraces();

        assertThat(search(query -> query.from(Instant.MIN).to(Instant.MAX))).hasSize(3);
        assertThat(search(query -> query.from(Instant.MAX))).isEmpty();
        assertThat(search(query -> query.to(Instant.MIN))).isEmpty();
        assertThat(search(query -> query.atMost(Duration.ofSeconds(Long.MAX_VALUE))))
                .hasSize(3);
        assertThat(search(query -> query.atLeast(Duration.ofSeconds(Long.MIN_VALUE))))
                .hasSize(3);
    }

    @Test
    void pages_followEachOther() {
        for (long trace = 1; trace <= 25; trace++) {
            deliver(store, spans.plain(trace, trace));
        }
        TraceQuery query = TraceQuery.builder().limit(10).build();

        TracePage first = store.search(query);
        TracePage second = store.search(query.after(Objects.requireNonNull(first.next())));
        TracePage third = store.search(query.after(Objects.requireNonNull(second.next())));

        assertThat(first.traces()).hasSize(10);
        assertThat(second.traces()).hasSize(10);
        assertThat(third.traces()).hasSize(5);
        assertThat(third.next()).isNull();
        List<String> all = new ArrayList<>(ids(first));
        all.addAll(ids(second));
        all.addAll(ids(third));
        assertThat(all).doesNotHaveDuplicates().hasSize(25).startsWith(id(25)).endsWith(id(1));
    }

    @Test
    void pages_thatAreFullToTheLastTraceHaveNoNext() {
        threeTraces();

        assertThat(store.search(query -> query.limit(3)).next()).isNull();
        assertThat(store.search(query -> query.limit(2)).next()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "after-", "after-!", "before-5"})
    void page_afterNothingIsAnError(String token) {
        TraceQuery query = TraceQuery.builder().build();

        assertThatIllegalArgumentException().isThrownBy(() -> query.after(token));
    }

    @Test
    void limits_haveToBePossible() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceQuery.builder().limit(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceQuery.builder().limit(1_001));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceStore.builder().memory(0, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceStore.builder().memory(1, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceStore.builder().maxPinned(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceStore.builder().maxIndexBytes(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TraceStore.builder().maxDiskBytes(1_000));
    }

    // ---- hostile words

    @Test
    void names_thatAreTooManyForTheIndexAreFoundAllTheSame() {
        SpanData[] batch = new SpanData[100];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = spans.span(1, i + 1, "name-" + i).service("service-" + i).data();
        }
        deliver(store, batch);
        deliver(store, spans.span(2, 200, "x".repeat(10_000)).data(), spans.plain(3, 300));

        assertThat(search(query -> query.name("name-99"))).containsExactly(id(1));
        assertThat(search(query -> query.service("service-99"))).containsExactly(id(1));
        assertThat(search(query -> query.name("x".repeat(10_000)))).containsExactly(id(2));
        assertThat(search(query -> query.name("name-100"))).isEmpty();
        assertThat(store.stats().index()).isLessThan(20_000);
    }

    // ---- bounds

    @Test
    void tracesWhoseLastSpanCameLongestAgo_makeRoomWhole() {
        TraceStore small = TraceStore.builder().memory(4, Long.MAX_VALUE).build();
        deliver(small, spans.plain(1, 1), spans.plain(1, 2));
        deliver(small, spans.plain(2, 3));
        deliver(small, spans.plain(1, 4));
        deliver(small, spans.plain(3, 5));

        assertThat(ids(small.search(query -> {}))).containsExactly(id(3), id(1));
        assertThat(small.find(id(1)).orElseThrow().spans()).hasSize(3);
        assertThat(small.stats().evictedTraces()).isEqualTo(1);
        assertThat(small.stats().evictedSpans()).isEqualTo(1);
        assertThat(small.stats().heldSpans()).isEqualTo(4);
    }

    @Test
    void traceThatIsTooLargeAlone_losesItsNewestSpans() {
        TraceStore small = TraceStore.builder().memory(3, Long.MAX_VALUE).build();
        deliver(small, spans.plain(1, 1));
        deliver(small, spans.plain(2, 2), spans.plain(2, 3), spans.plain(2, 4), spans.plain(2, 5));
        deliver(small, spans.plain(2, 6));

        assertThat(small.spans()).extracting(SpanData::getSpanId).containsExactly(sid(2), sid(3), sid(4));
        assertThat(small.stats().droppedSpans()).isEqualTo(2);
        assertThat(small.stats().spans()).isEqualTo(3);
    }

    @Test
    void spanThatIsTooLargeAlone_isNotKept() {
        SpanData large = spans.span(1, 1, "x".repeat(10_000)).data();
        TraceStore small =
                TraceStore.builder().memory(100, SpanSize.of(large) - 1).build();
        deliver(small, large);

        assertThat(small.stats().traces()).isZero();
        assertThat(small.stats().droppedSpans()).isEqualTo(1);
        assertThat(small.stats().heldBytes()).isZero();
        assertThat(small.stats().index()).isZero();
    }

    @Test
    void pinnedTraces_stay() {
        TraceStore small = TraceStore.builder().memory(8, Long.MAX_VALUE).build();
        deliver(small, spans.plain(1, 1));
        assertThat(small.pin(id(1))).isTrue();
        assertThat(small.pin(id(1))).isTrue();
        assertThat(small.pin(id(2))).isFalse();
        for (int trace = 2; trace <= 20; trace++) {
            deliver(small, spans.plain(trace, trace));
        }

        assertThat(small.find(id(1)).orElseThrow().summary().pinned()).isTrue();
        assertThat(small.stats().traces()).isEqualTo(8);
        assertThat(small.unpin(id(1))).isTrue();
        assertThat(small.unpin(id(1))).isFalse();
        deliver(small, spans.plain(21, 21));
        assertThat(small.find(id(1))).isEmpty();
    }

    @Test
    void pins_areBoundedInNumberAndSize() {
        TraceStore small =
                TraceStore.builder().memory(8, Long.MAX_VALUE).maxPinned(2).build();
        deliver(small, spans.plain(1, 1), spans.plain(2, 2), spans.plain(3, 3));
        assertThat(small.pin(id(1))).isTrue();
        assertThat(small.pin(id(2))).isTrue();
        assertThat(small.pin(id(3))).isFalse();
        small.unpin(id(2));

        // A quarter of eight spans is two.
        deliver(small, spans.plain(4, 4), spans.plain(4, 5));
        assertThat(small.pin(id(4))).isFalse();
        deliver(small, spans.plain(1, 6));
        deliver(small, spans.plain(1, 7));
        assertThat(small.find(id(1)).orElseThrow().spans()).hasSize(2);
        assertThat(small.stats().droppedSpans()).isEqualTo(1);
    }

    @Test
    void hostileSpans_stayWithinTheBytes() {
        long limit = 200_000;
        TraceStore small = TraceStore.builder().memory(Integer.MAX_VALUE, limit).build();
        for (int trace = 1; trace <= 300; trace++) {
            Attributes large =
                    Attributes.builder().put("text", "x".repeat(trace * 97)).build();
            deliver(
                    small,
                    spans.span(trace % 50, trace, "n".repeat(trace))
                            .attributes(large)
                            .data());

            StoreStats stats = small.stats();
            assertThat(stats.heldBytes()).isLessThanOrEqualTo(limit);
            assertThat(stats.heldBytes())
                    .isEqualTo(small.spans().stream().mapToLong(SpanSize::of).sum());
        }
    }

    // ---- as the list that tests read

    @Test
    void spans_areListedInTheOrderInWhichTheyCame() {
        deliver(store, spans.plain(1, 1), spans.plain(2, 2));
        deliver(store, spans.span(1, 3, "other").data());

        assertThat(store.spans()).extracting(SpanData::getSpanId).containsExactly(sid(1), sid(2), sid(3));
        assertThat(store.spansOfTrace(id(1))).hasSize(2);
        assertThat(store.spansNamed("other")).hasSize(1);
        store.close(Duration.ofSeconds(1));
        assertThat(store.spans()).hasSize(3);
        store.clear();
        assertThat(store.spans()).isEmpty();
        assertThat(store.stats().index()).isZero();
    }

    // ---- at the same time

    @Test
    void pages_missNothingWhileTracesArriveAndMakeRoom() {
        TraceStore small = TraceStore.builder().memory(400, Long.MAX_VALUE).build();
        List<List<SpanData>> batches = new ArrayList<>();
        for (long i = 1; i <= 3_000; i++) {
            batches.add(List.of(spans.plain(i, 2 * i), spans.plain(Math.max(1, i - 5), 2 * i + 1)));
        }
        batches.subList(0, 300).forEach(small::deliver);
        CompletableFuture<Void> arriving =
                CompletableFuture.runAsync(() -> batches.subList(300, 3_000).forEach(small::deliver));
        int walks = 0;
        while (walks < 5 || !arriving.isDone()) {
            walk(small);
            walks++;
        }
        arriving.join();
        assertThat(walk(small)).hasSizeGreaterThan(100);
    }

    private static List<String> walk(TraceStore store) {
        List<String> before = ids(store.search(query -> query.limit(1_000)));
        TraceQuery query = TraceQuery.builder().name("work").limit(7).build();
        TracePage page = store.search(query);
        List<String> seen = new ArrayList<>(ids(page));
        while (page.next() != null) {
            page = store.search(query.after(page.next()));
            seen.addAll(ids(page));
        }
        List<String> after = ids(store.search(all -> all.limit(1_000)));
        List<String> stayed = new ArrayList<>(before);
        stayed.retainAll(after);
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen).containsAll(stayed);
        return seen;
    }

    private static String id(long trace) {
        return StoreSpans.traceId(trace);
    }

    private static String sid(long span) {
        return StoreSpans.spanId(span);
    }
}
