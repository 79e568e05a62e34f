package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every way to another thread x every kind of thread x every way to get there. */
class ContextMatrixTest {

    private static final ContextKey<Integer> NUMBER = ContextKey.named("number");
    private static final long SECONDS = 30;

    @TestFactory
    Stream<DynamicContainer> context_arrivesAndLeavesNoTrace() {
        return ThreadKind.available().stream()
                .map(threads -> DynamicContainer.dynamicContainer(
                        threads.name(),
                        Stream.of(Scenario.values())
                                .map(scenario -> DynamicContainer.dynamicContainer(
                                        scenario.name(),
                                        Carrier.all(threads).stream()
                                                .map(carrier -> DynamicTest.dynamicTest(
                                                        carrier.toString(), () -> check(carrier, scenario)))))));
    }

    private static void check(Carrier carrier, Scenario scenario) throws Exception {
        try (carrier) {
            scenario.play(carrier);
            assertThat(Context.current()).isSameAs(Context.root());
            assertWorkersAreClean(carrier.pool());
        }
    }

    private enum Scenario {
        NESTED {
            @Override
            void play(Carrier carrier) throws Exception {
                Future<Object> outer = submitIn(1, carrier, () -> {
                    assertNumber(1);
                    Future<Object> inner = submitIn(2, carrier, () -> {
                        assertNumber(2);
                        return "inner";
                    });
                    assertThat(inner.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("inner");
                    Future<Object> plain = carrier.submit(() -> {
                        assertNumber(1);
                        return "plain";
                    });
                    assertThat(plain.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("plain");
                    assertNumber(1);
                    return "outer";
                });
                assertThat(outer.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("outer");
            }
        },

        EXCEPTION {
            @Override
            void play(Carrier carrier) {
                Failure failure = new Failure();
                Future<Object> future = submitIn(3, carrier, () -> {
                    assertNumber(3);
                    throw failure;
                });
                assertThatThrownBy(() -> future.get(SECONDS, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .satisfies(
                                thrown -> assertThat(Stream.iterate(thrown, next -> next != null, Throwable::getCause))
                                        .contains(failure));
                assertThat(failure.getSuppressed()).isEmpty();
            }
        },

        CANCEL {
            @Override
            void play(Carrier carrier) throws Exception {
                CountDownLatch started = new CountDownLatch(1);
                CountDownLatch released = new CountDownLatch(1);
                CompletableFuture<Object> seenAtTheEnd = new CompletableFuture<>();
                Future<Object> future = submitIn(4, carrier, () -> {
                    started.countDown();
                    try {
                        released.await(SECONDS, TimeUnit.SECONDS);
                    } finally {
                        seenAtTheEnd.complete(seen());
                    }
                    return "late";
                });
                assertThat(started.await(SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(future.cancel(true)).isTrue();
                released.countDown();
                assertThat(future.isCancelled()).isTrue();
                assertThat(seenAtTheEnd.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(expected(4));
            }
        },

        MANY_AT_ONCE {
            @Override
            void play(Carrier carrier) throws Exception {
                List<Future<Object>> futures = new ArrayList<>();
                for (int i = 0; i < 400; i++) {
                    futures.add(submitIn(i, carrier, () -> {
                        return seen();
                    }));
                }
                for (int i = 0; i < futures.size(); i++) {
                    assertThat(futures.get(i).get(SECONDS, TimeUnit.SECONDS)).isEqualTo(expected(i));
                }
            }
        };

        abstract void play(Carrier carrier) throws Exception;
    }

    private static Future<Object> submitIn(int number, Carrier carrier, Callable<Object> task) {
        Context context = Context.root().with(NUMBER, number).with(span(number));
        try (Scope scope = context.makeCurrent()) {
            return carrier.submit(task);
        }
    }

    private static void assertNumber(int number) {
        assertThat(seen()).isEqualTo(expected(number));
    }

    private static String seen() {
        return Context.current().get(NUMBER) + " "
                + Span.current().getSpanContext().getSpanId();
    }

    private static String expected(int number) {
        return number + " " + span(number).getSpanContext().getSpanId();
    }

    private static Span span(int number) {
        return Span.wrap(SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                String.format("%016x", number + 1),
                TraceFlags.getSampled(),
                TraceState.getDefault()));
    }

    /** Meets all workers at once, so that none hides. */
    private static void assertWorkersAreClean(@Nullable ExecutorService pool) throws Exception {
        if (pool == null) {
            return;
        }
        CyclicBarrier everyone = new CyclicBarrier(Carrier.WORKERS);
        List<Future<Context>> found = new ArrayList<>();
        for (int i = 0; i < Carrier.WORKERS; i++) {
            found.add(pool.submit(() -> {
                everyone.await(SECONDS, TimeUnit.SECONDS);
                return Context.current();
            }));
        }
        for (Future<Context> context : found) {
            assertThat(context.get(SECONDS, TimeUnit.SECONDS)).isSameAs(Context.root());
        }
    }

    /** Not public, so that ForkJoinTask hands out this very object and no copy made by reflection. */
    private static final class Failure extends RuntimeException {

        Failure() {
            super("made up");
        }
    }
}
