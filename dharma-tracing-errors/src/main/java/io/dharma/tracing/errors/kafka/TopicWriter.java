package io.dharma.tracing.errors.kafka;

import io.dharma.tracing.errors.ErrorRecord;
import io.dharma.tracing.errors.alert.Alert;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.spi.BlockingTasks;
import io.dharma.tracing.spi.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes to a topic, by a producer that is made when there is something to write. One thread at a time, which waits. */
final class TopicWriter<T> {

    /** A broker that makes topics by itself takes a moment. */
    private static final int LOOKS_FOR_A_TOPIC = 3;

    private static final int FAILURES_TO_BEGIN_ANEW = 3;

    /** The producer says by itself what it did not get done in time, unless its thread is gone. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(1);

    private final String topic;
    private final ProducerSettings settings;
    private final Function<T, ProducerRecord<byte[], byte[]>> message;
    private final Duration patience;
    private final BlockingTasks.Lane closing = BlockingTasks.lane(16);
    private @Nullable Producer<byte[], byte[]> producer;
    private int missing;
    private int failures;

    private TopicWriter(
            TopicSettings target, ProducerSettings settings, Function<T, ProducerRecord<byte[], byte[]>> message) {
        this.topic = target.topic();
        this.settings = settings;
        this.message = message;
        this.patience = target.timeout().plus(GRACE);
    }

    /** @param document what a record is in JSON */
    static TopicWriter<ErrorRecord> forErrors(
            TopicSettings target, ProducerSettings settings, Function<ErrorRecord, byte[]> document) {
        String topic = target.topic();
        return new TopicWriter<>(target, settings, record -> CloudEvent.message(topic, record, document.apply(record)));
    }

    static TopicWriter<Alert> forAlerts(TopicSettings target, ProducerSettings settings) {
        String topic = target.topic();
        return new TopicWriter<>(target, settings, alert -> CloudEvent.message(topic, alert));
    }

    /** Never throws. */
    Delivery write(List<T> batch) {
        Delivery delivery;
        try {
            delivery = send(batch);
        } catch (RuntimeException thrown) {
            delivery = KafkaFailure.delivery(thrown);
        }
        note(delivery);
        return delivery;
    }

    private Delivery send(List<T> batch) {
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            try {
                open = settings.newProducer();
            } catch (RuntimeException | LinkageError thrown) {
                return KafkaFailure.ofMaking(thrown);
            }
            producer = open;
        }
        Delivery withoutTopic = lookForTopic(open);
        return withoutTopic == null ? exchange(batch, open) : withoutTopic;
    }

    /** Once, so that the time it may take is not taken for each message. Null if the topic is there. */
    private @Nullable Delivery lookForTopic(Producer<byte[], byte[]> open) {
        try {
            var unused = open.partitionsFor(topic);
            missing = 0;
            return null;
        } catch (RuntimeException thrown) {
            if (!KafkaFailure.isMissingTopic(thrown)) {
                return KafkaFailure.delivery(thrown);
            }
            missing++;
            String reason = "there is no topic " + topic;
            return missing < LOOKS_FOR_A_TOPIC ? Delivery.retry(reason) : Delivery.refused(reason);
        }
    }

    private Delivery exchange(List<T> batch, Producer<byte[], byte[]> open) {
        Exchange exchange = new Exchange(batch.size());
        for (T record : batch) {
            // What goes wrong with it, the exchange is told.
            var unused = open.send(message.apply(record), exchange);
        }
        try {
            return exchange.outcome().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Delivery.retry("interrupted");
        } catch (ExecutionException | TimeoutException producerIsDead) {
            failures = FAILURES_TO_BEGIN_ANEW;
            return Delivery.retry("the producer does not answer");
        }
    }

    /**
     * A broker that is away for long should cost neither a thread nor a line in the log but with each attempt, and may be
     * elsewhere when it is back: its name is looked up when a producer is made.
     */
    private void note(Delivery delivery) {
        failures = delivery instanceof Delivery.Delivered ? 0 : failures + 1;
        if (failures >= FAILURES_TO_BEGIN_ANEW || delivery instanceof Delivery.Refused) {
            failures = 0;
            CountDownLatch unused = letGo(Duration.ZERO);
        }
    }

    /** Waits not longer than this, also if the producer does not end in it; then it does so elsewhere. */
    void close(Duration deadline) {
        CountDownLatch closed = letGo(deadline.compareTo(TIME_TO_CLOSE) < 0 ? deadline : TIME_TO_CLOSE);
        try {
            boolean unused = closed.await(Timeouts.nanos(deadline), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Elsewhere, since it waits for the producer's thread, which may be at something that takes its time. */
    private CountDownLatch letGo(Duration time) {
        Producer<byte[], byte[]> last = producer;
        producer = null;
        CountDownLatch closed = new CountDownLatch(last == null ? 0 : 1);
        if (last != null && !closing.offer(() -> close(last, time, closed))) {
            closed.countDown();
        }
        return closed;
    }

    private static void close(Producer<byte[], byte[]> last, Duration time, CountDownLatch closed) {
        try {
            last.close(time);
        } finally {
            closed.countDown();
        }
    }
}
