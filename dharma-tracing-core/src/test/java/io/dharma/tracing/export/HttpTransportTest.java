package io.dharma.tracing.export;

import static io.dharma.tracing.export.Deliveries.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Delivery.Delivered;
import io.dharma.tracing.pipeline.Delivery.Retry;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class HttpTransportTest {

    private static Sink<SpanData> sink(String url, Duration timeout) {
        return OtlpSinks.spans(HttpEndpoint.builder(url).timeout(timeout).build());
    }

    @Test
    void server_thatNeverAnswersIsCutOffAtTheDeadline() throws Exception {
        try (RawServer server = RawServer.start(RawServer.HANG)) {
            Sink<SpanData> sink = sink(server.url(), Duration.ofMillis(300));

            Retry retry = await(sink.deliver(TestSpans.many(1)), Retry.class);

            assertThat(retry.reason()).endsWith("no complete answer within 300 ms");
            sink.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void server_thatDripsItsAnswerIsCutOffAtTheDeadline() throws Exception {
        try (RawServer server = RawServer.start(RawServer.DRIP)) {
            Sink<SpanData> sink = sink(server.url(), Duration.ofSeconds(2));
            long begin = System.nanoTime();

            assertThat(await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Retry.class);

            // At 20 bytes a second the answer would take eight minutes.
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(15));
            assertThat(server.writtenUntilHungUp()).isLessThan(2_000);
            sink.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void answer_withoutEndIsReadTo64KiBAndCutOff() throws Exception {
        try (RawServer server = RawServer.start(RawServer.FLOOD)) {
            Sink<SpanData> sink = sink(server.url(), Duration.ofSeconds(20));

            assertThat(await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Delivered.class);

            // What is beyond 64 KiB sat in the buffers of the two sockets.
            assertThat(server.writtenUntilHungUp()).isLessThan(20_000_000);
            sink.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void server_thatSpeaksGarbageOrHangsUpKeepsTheBatch() throws Exception {
        for (RawServer.Behaviour behaviour : List.of(RawServer.GARBAGE, RawServer.HANG_UP)) {
            try (RawServer server = RawServer.start(behaviour)) {
                Sink<SpanData> sink = sink(server.url(), Duration.ofSeconds(20));

                assertThat(await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Retry.class);
                sink.close(Duration.ofSeconds(1));
            }
        }
    }

    /** The JDK's client only says that this is not HTTP. */
    @Test
    void server_thatSpeaksGarbageLeavesNoConnectionOpen() throws Exception {
        try (RawServer server = RawServer.start(RawServer.GARBAGE_WITHOUT_END)) {
            Sink<SpanData> sink = sink(server.url(), Duration.ofSeconds(60));

            assertThat(await(sink.deliver(TestSpans.many(1)))).isInstanceOf(Retry.class);

            assertThat(server.writtenUntilHungUp()).isPositive();
            sink.close(Duration.ofSeconds(1));
        }
    }

    @Test
    void closing_cutsOffWhatIsUnderWay() throws Exception {
        try (RawServer server = RawServer.start(RawServer.HANG)) {
            Sink<SpanData> sink = sink(server.url(), Duration.ofMinutes(5));
            CompletionStage<Delivery> underway = sink.deliver(TestSpans.many(1));

            sink.close(Duration.ofSeconds(1));

            assertThat(await(underway)).isInstanceOf(Retry.class);
        }
    }

    @Test
    void threads_areNamedDaemonsAndEndSoonAfterTheLastSinkHasClosed() throws Exception {
        Awaitility.await().atMost(5, SECONDS).until(() -> threads("dharma-http").isEmpty());
        List<Thread> ofOtherTests = threads("HttpClient-");
        try (FakeCollector collector = FakeCollector.start()) {
            Sink<SpanData> traces = sink(collector.url("/v1/traces"), Duration.ofSeconds(20));
            Sink<SpanData> others = sink(collector.url("/other"), Duration.ofSeconds(20));
            assertThat(await(traces.deliver(TestSpans.many(1)))).isEqualTo(Delivery.delivered());
            assertThat(await(others.deliver(TestSpans.many(1)))).isEqualTo(Delivery.delivered());

            assertThat(threads("HttpClient-")).isSubsetOf(ofOtherTests);
            assertThat(threads("dharma-http-selector")).hasSize(1).allMatch(Thread::isDaemon);
            assertThat(threads("dharma-http")).hasSizeLessThanOrEqualTo(6).allMatch(Thread::isDaemon);

            traces.close(Duration.ofSeconds(1));
            assertThat(await(others.deliver(TestSpans.many(1)))).isEqualTo(Delivery.delivered());
            others.close(Duration.ofSeconds(1));
            Awaitility.await()
                    .atMost(5, SECONDS)
                    .untilAsserted(() -> assertThat(threads("dharma-http")).isEmpty());
        }
    }

    private static List<Thread> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    /** An application's selector may well ask somebody. */
    @Test
    void proxySelectorThatHangs_takesOneThreadAndHoldsUpNoOtherHost() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new HangingFor("localhost", over, asked));
        try (FakeCollector collector = FakeCollector.start()) {
            URI here = URI.create(collector.url("/v1/traces"));
            Sink<SpanData> hanging = sink("http://localhost:" + here.getPort() + "/v1/traces", Duration.ofMillis(50));
            Sink<SpanData> other = sink(collector.url("/v1/traces"), Duration.ofSeconds(20));
            for (int i = 0; i < 20; i++) {
                assertThat(await(hanging.deliver(TestSpans.many(1)))).isInstanceOf(Retry.class);
            }
            assertThat(await(other.deliver(TestSpans.many(1)))).isEqualTo(Delivery.delivered());
            assertThat(asked).hasValue(1);
            assertThat(threads("dharma-blocking")).hasSizeLessThanOrEqualTo(2);

            over.countDown();
            Awaitility.await()
                    .atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(await(hanging.deliver(TestSpans.many(1))))
                            .isEqualTo(Delivery.delivered()));
            hanging.close(Duration.ofSeconds(1));
            other.close(Duration.ofSeconds(1));
        } finally {
            over.countDown();
            ProxySelector.setDefault(before);
        }
    }

    private static final class HangingFor extends ProxySelector {

        private final String host;
        private final CountDownLatch over;
        private final AtomicInteger asked;

        HangingFor(String host, CountDownLatch over, AtomicInteger asked) {
            this.host = host;
            this.over = over;
            this.asked = asked;
        }

        @Override
        public List<Proxy> select(URI uri) {
            if (uri.getHost().equals(host) && over.getCount() > 0) {
                asked.incrementAndGet();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return List.of(Proxy.NO_PROXY);
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
    }

    @Test
    void lookup_thatHangsIsSharedByAllWhoWait() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        NameLookup lookup = new NameLookup("localhost", AddressRule.NOT_LINK_LOCAL, tasks::add);

        CompletableFuture<Void> first = lookup.start();
        CompletableFuture<Void> second = lookup.start();

        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        CompletableFuture<Void> later = lookup.start();
        assertThat(tasks).hasSize(1);
        assertThat(later).isNotDone();
    }

    @Test
    void lookup_thatFindsAnAddressThatIsNotPublicFailsWhereItMust() {
        NameLookup lookup = new NameLookup("localhost", AddressRule.PUBLIC, Runnable::run);
        assertThat(lookup.start()).isCompletedExceptionally();
        assertThat(new NameLookup("localhost", AddressRule.NOT_LINK_LOCAL, Runnable::run).start())
                .isCompleted();
    }

    @Test
    void lookup_thatFindsALinkLocalAddressFails() {
        NameLookup lookup = new NameLookup("169.254.169.254", AddressRule.NOT_LINK_LOCAL, Runnable::run);
        assertThat(lookup.start()).isCompletedExceptionally();
        assertThat(new NameLookup("169.254.169.254", AddressRule.ANY, Runnable::run).start())
                .isCompleted();
    }

    /** Closed by somebody else just after it was seen to be open, while another endpoint keeps the connections. */
    @Test
    void send_thatBeginsWhileItIsClosedFailsAtOnce() throws Exception {
        try (RawServer server = RawServer.start(RawServer.HANG)) {
            HttpEndpoint endpoint = HttpEndpoint.builder(server.url())
                    .timeout(Duration.ofSeconds(60))
                    .build();
            HttpTransport neighbour = HttpTransport.to(endpoint);
            HttpTransport transport = HttpTransport.to(endpoint);
            Map<String, List<String>> closing = new AbstractMap<>() {
                @Override
                public Set<Map.Entry<String, List<String>>> entrySet() {
                    transport.close();
                    return Set.of();
                }
            };

            CompletableFuture<HttpReply> reply =
                    transport.post(new HttpPost(new byte[1], closing, Duration.ofSeconds(60), 1));

            assertThat(reply).isCompletedExceptionally();
            assertThatThrownBy(reply::join).hasRootCauseMessage("closed");
            neighbour.close();
        }
    }

    /** A client made after the last user has gone would be closed by nobody. */
    @Test
    void send_thatFindsTheConnectionsClosedMakesNoClient() throws Exception {
        CountDownLatch choosing = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        ProxySelector slow = new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                choosing.countDown();
                awaitQuietly(closed);
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        };
        HttpConnections.Settings settings =
                new HttpConnections.Settings(null, null, slow, null, null, Duration.ofSeconds(1));
        try (RawServer server = RawServer.start(RawServer.HANG)) {
            HttpConnections connections = HttpConnections.acquire(settings);
            HttpTransport transport = new HttpTransport(URI.create(server.url()), AddressRule.ANY, settings);
            CompletableFuture<HttpReply> reply =
                    transport.post(new HttpPost(new byte[1], Map.of(), Duration.ofSeconds(60), 1));
            assertThat(choosing.await(20, SECONDS)).isTrue();
            transport.close();
            connections.release();
            closed.countDown();

            assertThatThrownBy(reply::join).hasRootCauseMessage("closed");
            assertThatThrownBy(() -> connections.send(
                            HttpRequest.newBuilder(URI.create(server.url())).build(), head -> new CappedBody(1)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
