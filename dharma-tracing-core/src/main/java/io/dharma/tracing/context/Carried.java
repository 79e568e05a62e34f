package io.dharma.tracing.context;

import io.dharma.tracing.spi.ContextHooks;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Functions that run in the context that is current now. Null stays null: whoever is given it shall object, at once
 * and in the caller's face, as it would without us. (OpenTelemetry's own {@code Context.wrap} makes a task of it
 * that fails later on the worker.)
 */
final class Carried {

    private Carried() {}

    static <T> Callable<T> callable(Callable<T> task) {
        if (task == null) {
            return task;
        }
        Context context = Context.current();
        return () -> {
            try (Scope ignored = ContextHooks.attach(context)) {
                return task.call();
            }
        };
    }

    static <T> Supplier<T> supplier(Supplier<T> supplier) {
        if (supplier == null) {
            return supplier;
        }
        Context context = Context.current();
        return () -> {
            try (Scope ignored = ContextHooks.attach(context)) {
                return supplier.get();
            }
        };
    }

    static <T, R> Function<T, R> function(Function<T, R> function) {
        if (function == null) {
            return function;
        }
        Context context = Context.current();
        return argument -> {
            try (Scope ignored = ContextHooks.attach(context)) {
                return function.apply(argument);
            }
        };
    }

    static <T, U, R> BiFunction<T, U, R> biFunction(BiFunction<T, U, R> function) {
        if (function == null) {
            return function;
        }
        Context context = Context.current();
        return (first, second) -> {
            try (Scope ignored = ContextHooks.attach(context)) {
                return function.apply(first, second);
            }
        };
    }

    static <T> Consumer<T> consumer(Consumer<T> consumer) {
        if (consumer == null) {
            return consumer;
        }
        Context context = Context.current();
        return argument -> {
            try (Scope ignored = ContextHooks.attach(context)) {
                consumer.accept(argument);
            }
        };
    }

    static <T, U> BiConsumer<T, U> biConsumer(BiConsumer<T, U> consumer) {
        if (consumer == null) {
            return consumer;
        }
        Context context = Context.current();
        return (first, second) -> {
            try (Scope ignored = ContextHooks.attach(context)) {
                consumer.accept(first, second);
            }
        };
    }
}
