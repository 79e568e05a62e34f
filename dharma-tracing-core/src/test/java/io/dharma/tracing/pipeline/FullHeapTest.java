package io.dharma.tracing.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ChildJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Outcomes that come while the heap of a real, small JVM is full to the last byte. */
@Timeout(60)
class FullHeapTest {

    @Test
    void outcomes_areEnteredThoughTheHeapIsFull() throws Exception {
        String output = new ChildJvm()
                .option("-Xmx32m")
                .option("-XX:+UseSerialGC")
                .run(Outcomes.class)
                .strip();

        assertThat(output.lines().filter(line -> line.startsWith("books:")))
                .containsExactly(
                        "books: delivered 3 calls 1 bytes 0",
                        "books: delivered 6 calls 2 bytes 0",
                        "books: delivered 9 calls 4 bytes 0",
                        "books: delivered 12 calls 6 bytes 0",
                        "books: delivered 15 calls 8 bytes 0");
    }

    /** In the child. */
    static final class Outcomes implements Sink<Item> {

        private static final Duration TIMEOUT = Duration.ofMillis(200);
        private static final Duration STEP = Duration.ofMillis(5);

        private final ManualClock clock = new ManualClock();

        private final List<CompletableFuture<Delivery>> underWay = new ArrayList<>();
        private int calls;

        @Override
        public String name() {
            return "otlp";
        }

        @Override
        public CompletionStage<Delivery> deliver(List<Item> batch) {
            calls++;
            CompletableFuture<Delivery> outcome = new CompletableFuture<>();
            underWay.add(outcome);
            return outcome;
        }

        public static void main(String[] arguments) {
            new Outcomes().run();
        }

        private void run() {
            Settings settings = new Settings("spans", 10, 10_000, 1, TIMEOUT.toNanos(), 4, clock);
            Courier<Item> courier = new Courier<>(
                    this,
                    name(),
                    64 << 10,
                    settings,
                    new SplittableRandom(1),
                    new DeadLetters<>(1_000),
                    null,
                    new WorkerThread("never-started"));
            Delivery delivered = Delivery.delivered();
            List<Delivery> outcomes =
                    List.of(delivered, Delivery.retry("away"), Delivery.rejected("400"), Delivery.retry("late"));
            // Once with room, so that all classes are there.
            send(courier, () -> underWay.remove(0).complete(delivered));
            for (Delivery outcome : outcomes) {
                send(courier, () -> completeWithAFullHeap(underWay.remove(0), outcome));
            }
        }

        private void send(Courier<Item> courier, Runnable first) {
            for (int i = 0; i < 3; i++) {
                courier.accept(Item.ordinary(i), 100, Priority.NORMAL, Journal.NOT_WRITTEN);
            }
            awaitCall(courier);
            first.run();
            deliverTheRest(courier);
            SinkStats stats = courier.stats();
            System.out.println(
                    "books: delivered " + stats.delivered() + " calls " + calls + " bytes " + stats.queuedBytes());
        }

        private void awaitCall(Courier<Item> courier) {
            while (underWay.isEmpty()) {
                clock.advance(STEP);
                long unused = courier.turn();
            }
        }

        private void deliverTheRest(Courier<Item> courier) {
            while (courier.stats().queuedRecords() > 0) {
                awaitCall(courier);
                while (!underWay.isEmpty()) {
                    underWay.remove(0).complete(Delivery.delivered());
                }
            }
        }

        /** What is thrown on the sink's thread is the sink's. */
        private static void completeWithAFullHeap(CompletableFuture<Delivery> stage, Delivery outcome) {
            Object[] ballast = fill();
            try {
                stage.complete(outcome);
            } catch (OutOfMemoryError full) {
                ballast[0] = null;
            }
        }

        /** A chain of arrays, smaller and smaller, until not one more object fits. */
        private static Object[] fill() {
            Object[] last = new Object[1];
            int size = 1 << 20;
            while (size > 0) {
                try {
                    Object[] next = new Object[size];
                    next[0] = last;
                    last = next;
                } catch (OutOfMemoryError full) {
                    size /= 2;
                }
            }
            return last;
        }
    }
}
