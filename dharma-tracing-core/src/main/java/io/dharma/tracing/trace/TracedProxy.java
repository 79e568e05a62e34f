package io.dharma.tracing.trace;

import io.opentelemetry.api.trace.SpanKind;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runs the {@link Traced} methods of an interface in blocks; see {@link DharmaTracer#proxy}. */
final class TracedProxy implements InvocationHandler {

    private final DharmaTracer tracer;
    private final Class<?> type;
    private final Object implementation;

    /** What is to be done for each method, found at its first call; as many entries as the interface has methods. */
    private final Map<Method, Optional<Plan>> plans = new ConcurrentHashMap<>();

    private record Plan(String blockName, SpanKind kind, boolean isAsync) {}

    private TracedProxy(DharmaTracer tracer, Class<?> type, Object implementation) {
        this.tracer = tracer;
        this.type = type;
        this.implementation = implementation;
    }

    static <T> T create(DharmaTracer tracer, Class<T> type, T implementation) {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(implementation, "implementation");
        if (!type.isInterface()) {
            throw new IllegalArgumentException("proxy(" + type.getName() + ".class, ...): only an interface can be "
                    + "proxied; extract one, or start blocks in the class itself");
        }
        TracedProxy handler = new TracedProxy(tracer, type, implementation);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return invokeObjectMethod(proxy, method, arguments);
        }
        Optional<Plan> plan = plans.computeIfAbsent(method, this::planFor);
        return plan.isPresent() ? traced(plan.get(), method, arguments) : call(method, arguments);
    }

    @SuppressWarnings("NullAway") // it takes a lambda's result for never null, whatever the type argument says
    private @Nullable Object traced(Plan plan, Method method, Object @Nullable [] arguments) throws Throwable {
        TracedBlockBuilder block = tracer.block(plan.blockName).kind(plan.kind);
        if (plan.isAsync) {
            TracedCall<@Nullable CompletionStage<?>, Throwable> body =
                    started -> (CompletionStage<?>) call(method, arguments);
            return block.async(body);
        }
        TracedCall<@Nullable Object, Throwable> body = started -> call(method, arguments);
        return block.call(body);
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(implementation, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    /** Two proxies are equal if they are the same, or stand for equal implementations. */
    private @Nullable Object invokeObjectMethod(Object proxy, Method method, Object @Nullable [] arguments)
            throws Throwable {
        if (!method.getName().equals("equals") || arguments == null) {
            return call(method, arguments);
        }
        Object other = arguments[0];
        if (other == null || !Proxy.isProxyClass(other.getClass())) {
            return false;
        }
        return other == proxy
                || (Proxy.getInvocationHandler(other) instanceof TracedProxy that
                        && type == that.type
                        && implementation.equals(that.implementation));
    }

    private Optional<Plan> planFor(Method method) {
        // The interface need not be public to be proxied.
        method.trySetAccessible();
        return annotation(method).map(traced -> plan(method, traced));
    }

    private Plan plan(Method method, Traced traced) {
        String name = traced.value().isEmpty() ? type.getSimpleName() + "." + method.getName() : traced.value();
        return new Plan(name, traced.kind(), CompletionStage.class.isAssignableFrom(method.getReturnType()));
    }

    private Optional<Traced> annotation(Method method) {
        Optional<Method> implemented = implementedMethod(method);
        return implemented
                .map(found -> found.getAnnotation(Traced.class))
                .or(() -> Optional.ofNullable(method.getAnnotation(Traced.class)))
                .or(() -> Optional.ofNullable(implementation.getClass().getAnnotation(Traced.class)))
                .or(() -> Optional.ofNullable(method.getDeclaringClass().getAnnotation(Traced.class)))
                .or(() -> Optional.ofNullable(type.getAnnotation(Traced.class)));
    }

    /** The method that will run, wherever in the class's ancestry it stands; none for a lambda's hidden method. */
    private Optional<Method> implementedMethod(Method method) {
        for (Class<?> at = implementation.getClass(); at != null; at = at.getSuperclass()) {
            try {
                return Optional.of(at.getDeclaredMethod(method.getName(), method.getParameterTypes()));
            } catch (NoSuchMethodException inherited) {
                // Look further up.
            } catch (LinkageError unreadable) {
                // Another method of the class mentions a type that is not on the class path.
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
