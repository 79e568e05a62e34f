package io.dharma.tracing.errors.elasticsearch;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.errors.ErrorCount;
import io.dharma.tracing.errors.ErrorEvent;
import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.ErrorStore;
import io.dharma.tracing.errors.EventQuery;
import io.dharma.tracing.errors.MinuteRate;
import io.dharma.tracing.errors.RateQuery;
import io.dharma.tracing.errors.SampleErrors;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.SinkStats;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A store behind the pipeline that it is made for, and what went through it. */
final class ErrorPipeline implements AutoCloseable {

    private static final String GROUP = "v1-" + "a".repeat(32);
    private final Instant begin = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(2, ChronoUnit.HOURS);

    private final Pipeline<ErrorRecord, ErrorRecord> pipeline;
    private final List<ErrorEvent> events = new ArrayList<>();
    private final List<ErrorCount> counts = new ArrayList<>();
    private int number;

    ErrorPipeline(ElasticsearchErrorStore store) {
        pipeline = Pipeline.<ErrorRecord, ErrorRecord>builder("errors", new Type(), record -> record)
                .sink(store)
                .maxBatchDelay(Duration.ofMillis(20))
                .maxBatchSize(50)
                // Room for all that a test offers at once.
                .maxQueueBytes(128L << 20)
                .deliveryTimeout(Duration.ofSeconds(10))
                .build();
    }

    private static final class Type implements RecordType<ErrorRecord> {

        @Override
        public int sizeOf(ErrorRecord record) {
            return 6_000;
        }

        @Override
        public Priority priority(ErrorRecord record) {
            return Priority.HIGH;
        }
    }

    /** So many events, and as many counts of more than that. */
    void offer(int more) {
        for (int i = 0; i < more; i++) {
            number++;
            ErrorEvent event = SampleErrors.event(number, GROUP, begin.plusMillis(number));
            ErrorCount count = SampleErrors.count(
                    "count-" + number, GROUP, begin.getEpochSecond() / 60 + number % 7, number % 5 + 1);
            events.add(event);
            counts.add(count);
            assertThat(pipeline.offer(event)).isTrue();
            assertThat(pipeline.offer(count)).isTrue();
        }
    }

    SinkStats sink() {
        return pipeline.stats().sinks().get(0);
    }

    /** All that was offered arrived, and is accounted for. */
    void assertDeliveredWithin(Duration time) {
        assertThat(pipeline.flush(time)).as("%s", pipeline.stats()).isTrue();
        PipelineStats stats = pipeline.stats();
        assertThat(stats.offered()).isEqualTo(events.size() + counts.size());
        assertThat(stats.dropped()).isEmpty();
        assertThat(sink().dropped()).isEmpty();
        assertThat(sink().delivered()).isEqualTo(stats.offered());
    }

    /** Every event can be read, once; every minute has its count, exactly. */
    void assertComplete(ErrorStore reader) throws Exception {
        List<ErrorEvent> found = reader.events(EventQuery.all().limit(10_000))
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        assertThat(found)
                .extracting(ErrorEvent::id)
                .containsExactlyInAnyOrderElementsOf(
                        events.stream().map(ErrorEvent::id).toList());
        List<MinuteRate> rates = reader.rates(RateQuery.between(Instant.EPOCH, Instant.MAX))
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        List<MinuteRate> expected = new ArrayList<>();
        counts.stream()
                .collect(groupingBy(ErrorCount::epochMinute, TreeMap::new, summingLong(ErrorCount::count)))
                .forEach((minute, count) -> expected.add(new MinuteRate(Instant.ofEpochSecond(minute * 60), count)));
        assertThat(rates).isEqualTo(expected);
    }

    int offered() {
        return events.size();
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
