package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ContextFuturesTest {

    private static final ContextKey<String> NAME = ContextKey.named("name");
    private static final long SECONDS = 30;

    private final Context red = Context.root().with(NAME, "red");
    private final Context blue = Context.root().with(NAME, "blue");

    /** Every method of this JDK's CompletionStage that takes a function, so that a new one cannot be forgotten. */
    static Stream<Method> stageMethods() {
        return Stream.of(CompletableFuture.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
                .filter(method -> CompletionStage.class.isAssignableFrom(method.getReturnType()))
                .filter(method -> Stream.of(method.getParameterTypes()).anyMatch(ContextFuturesTest::isFunction));
    }

    @ParameterizedTest
    @MethodSource("stageMethods")
    void everyStage_runsInTheContextInWhichItWasAdded(Method method) throws Exception {
        boolean afterFailure = method.getName().startsWith("exceptionally");
        ContextFuture<Object> source = new ContextFuture<>();
        CompletableFuture<@Nullable String> seen = new CompletableFuture<>();
        CompletableFuture<?> stage;
        try (Scope scope = red.makeCurrent()) {
            stage = (CompletableFuture<?>) method.invoke(source, arguments(method, seen));
        }
        if (!method.getName().equals("completeAsync")) {
            try (Scope scope = blue.makeCurrent()) {
                source.completeAs("value", afterFailure ? new IllegalStateException("made up") : null);
            }
        }
        assertThat(seen.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("red");
        assertThat(stage).isInstanceOf(ContextFuture.class);
        assertThat(Context.current()).isSameAs(Context.root());
    }

    private static Object[] arguments(Method method, CompletableFuture<@Nullable String> seen) {
        List<Object> arguments = new ArrayList<>();
        for (Class<?> type : method.getParameterTypes()) {
            if (type == Executor.class) {
                arguments.add((Executor) Runnable::run);
            } else if (type == CompletionStage.class) {
                // Never completes for "either", and for "both" is there already.
                arguments.add(
                        method.getName().contains("Either")
                                ? new CompletableFuture<>()
                                : CompletableFuture.completedFuture("other"));
            } else {
                arguments.add(recording(type, seen, method.getName().contains("ompose")));
            }
        }
        return arguments.toArray();
    }

    private static Object recording(Class<?> type, CompletableFuture<@Nullable String> seen, boolean stage) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, arguments) -> {
            seen.complete(Context.current().get(NAME));
            return called.getReturnType() == void.class
                    ? null
                    : stage ? CompletableFuture.completedFuture("composed") : "result";
        });
    }

    private static boolean isFunction(Class<?> type) {
        return List.of(
                        Runnable.class,
                        Supplier.class,
                        Function.class,
                        BiFunction.class,
                        Consumer.class,
                        BiConsumer.class)
                .contains(type);
    }

    @ParameterizedTest
    @MethodSource("stageMethods")
    void nullFunction_isRefusedAtOnce(Method method) {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = method.getParameterTypes()[i];
            arguments[i] = type == Executor.class
                    ? (Executor) Runnable::run
                    : type == CompletionStage.class ? CompletableFuture.completedFuture("other") : null;
        }
        assertThatThrownBy(() -> method.invoke(new ContextFuture<>(), arguments))
                .isInstanceOf(InvocationTargetException.class)
                .hasCauseInstanceOf(NullPointerException.class);
    }

    @Test
    void asyncTasks_carryTheCallersContextOnTheDefaultExecutor() throws Exception {
        CompletableFuture<String> supplied;
        CompletableFuture<String> ran = new CompletableFuture<>();
        CompletableFuture<Void> running;
        try (Scope scope = red.makeCurrent()) {
            supplied = ContextFutures.supplyAsync(ContextFuturesTest::name);
            running = ContextFutures.runAsync(() -> ran.complete(name()));
        }
        assertThat(supplied.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("red");
        assertThat(running.get(SECONDS, TimeUnit.SECONDS)).isNull();
        assertThat(ran).isCompletedWithValue("red");
    }

    @Test
    void chain_keepsItsContextToTheEnd() throws Exception {
        try (Scope scope = red.makeCurrent()) {
            CompletableFuture<String> chain = ContextFutures.supplyAsync(ContextFuturesTest::name)
                    .thenApplyAsync(names -> names + " " + name())
                    .thenCompose(names -> CompletableFuture.supplyAsync(() -> names))
                    .thenApplyAsync(names -> names + " " + name())
                    .copy()
                    .orTimeout(SECONDS, TimeUnit.SECONDS)
                    .handleAsync((names, failure) -> names + " " + name());
            assertThat(chain.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("red red red red");
        }
    }

    @Test
    void stageAddedElsewhere_hasTheContextOfThere() throws Exception {
        CompletableFuture<String> future;
        try (Scope scope = red.makeCurrent()) {
            future = ContextFutures.supplyAsync(ContextFuturesTest::name);
        }
        try (Scope scope = blue.makeCurrent()) {
            future = future.thenApplyAsync(names -> names + " " + name());
        }
        assertThat(future.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("red blue");
    }

    @Test
    void wrappedFuture_completesFailsAndCancelsWithItsSource() {
        CompletableFuture<String> failing = new CompletableFuture<>();
        CompletableFuture<String> wrapped = ContextFutures.wrap(failing);
        IllegalStateException failure = new IllegalStateException("made up");
        failing.completeExceptionally(failure);
        assertThatThrownBy(wrapped::join)
                .isInstanceOf(CompletionException.class)
                .hasCause(failure);

        CompletableFuture<String> cancelled = new CompletableFuture<>();
        wrapped = ContextFutures.wrap(cancelled);
        cancelled.cancel(true);
        assertThat(wrapped).isCancelled();

        CompletableFuture<String> source = new CompletableFuture<>();
        wrapped = ContextFutures.wrap(source);
        assertThat(wrapped.cancel(true)).isTrue();
        assertThat(source).isCancelled();

        assertThat(ContextFutures.wrap(wrapped)).isSameAs(wrapped);
    }

    @Test
    void cancelledBeforeItRan_neverRuns() {
        List<Runnable> queue = new ArrayList<>();
        CountDownLatch ran = new CountDownLatch(1);
        CompletableFuture<Void> future = ContextFutures.runAsync(ran::countDown, queue::add);
        assertThat(future.cancel(false)).isTrue();
        queue.forEach(Runnable::run);
        assertThat(ran.getCount()).isEqualTo(1);
    }

    @Test
    @SuppressWarnings("NullAway") // the point is what happens all the same
    void wrongArguments_areRefusedAsByCompletableFuture() {
        assertThatNullPointerException().isThrownBy(() -> ContextFutures.supplyAsync(null));
        assertThatNullPointerException().isThrownBy(() -> ContextFutures.runAsync(null));
        assertThatNullPointerException().isThrownBy(() -> ContextFutures.supplyAsync(() -> "x", null));
        assertThatNullPointerException().isThrownBy(() -> ContextFutures.wrap(null));
        assertThatThrownBy(() -> ContextFutures.supplyAsync(() -> "x", task -> {
                    throw new RejectedExecutionException("full");
                }))
                .isInstanceOf(RejectedExecutionException.class);
    }

    private static String name() {
        String name = Context.current().get(NAME);
        return name == null ? "none" : name;
    }
}
