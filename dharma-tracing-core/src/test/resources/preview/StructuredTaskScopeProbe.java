import io.dharma.tracing.context.ContextThreadFactory;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;
import java.util.concurrent.StructuredTaskScope.Subtask;
import java.util.concurrent.ThreadFactory;

/** Run from source with preview features, since the tests compile for 17. */
public final class StructuredTaskScopeProbe {

    private static final ContextKey<String> NAME = ContextKey.named("name");
    private static final ThreadFactory FACTORY =
            ContextThreadFactory.wrap(Thread.ofVirtual().factory());

    public static void main(String[] args) throws Exception {
        try (Scope red = Context.root().with(NAME, "red").makeCurrent()) {
            System.out.println("fork: " + fork(StructuredTaskScopeProbe::seen));
            System.out.println("nested fork: " + fork(() -> {
                try (Scope blue = Context.current().with(NAME, "blue").makeCurrent()) {
                    return fork(StructuredTaskScopeProbe::seen);
                }
            }));
            System.out.println("failed fork: " + failedFork());
            System.out.println("owner afterwards: " + name());
        }
        System.out.println("ten thousand forks: " + manyForks() + " right");
    }

    private static String fork(java.util.concurrent.Callable<String> task) throws Exception {
        try (var scope = StructuredTaskScope.open(
                Joiner.<String>awaitAllSuccessfulOrThrow(), config -> config.withThreadFactory(FACTORY))) {
            Subtask<String> subtask = scope.fork(task);
            scope.join();
            return subtask.get();
        }
    }

    private static String failedFork() throws Exception {
        try (var scope = StructuredTaskScope.open(
                Joiner.<String>awaitAll(), config -> config.withThreadFactory(FACTORY))) {
            Subtask<String> subtask = scope.fork(() -> {
                throw new IllegalStateException(name());
            });
            scope.join();
            return subtask.exception().getMessage();
        }
    }

    private static int manyForks() throws Exception {
        try (var scope = StructuredTaskScope.open(
                Joiner.<Boolean>awaitAll(), config -> config.withThreadFactory(FACTORY))) {
            List<Subtask<Boolean>> subtasks = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                String expected = "n" + i;
                try (Scope current = Context.root().with(NAME, expected).makeCurrent()) {
                    subtasks.add(scope.fork(() -> expected.equals(name())));
                }
            }
            scope.join();
            return (int) subtasks.stream().filter(Subtask::get).count();
        }
    }

    private static String seen() {
        return name() + ", virtual=" + Thread.currentThread().isVirtual();
    }

    private static String name() {
        return Context.current().get(NAME);
    }
}
