package io.dharma.tracing.testsupport;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a test that leaves one of our threads alive or a context attached: {@code @ExtendWith(LeakCheck.class)}.
 *
 * <p>Looked at after each test and once more after the class, each time behind the test's own clean-up. A thread of
 * ours is one whose name begins with {@code dharma-}; it is given {@value #PATIENCE_SECONDS} s to end. What was there
 * before the test is not held against it. Tests that run at the same time in one JVM would see each other's threads,
 * so this is for tests that run one at a time.
 */
public final class LeakCheck implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    private static final int PATIENCE_SECONDS = 3;
    private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);

    /** What ran before the test began. */
    private record Before(Set<Thread> threads) {}

    @Override
    public void beforeAll(ExtensionContext context) {
        remember(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        remember(context);
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        check(context);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        check(context);
    }

    private static void remember(ExtensionContext context) {
        context.getStore(NAMESPACE).put(key(context), new Before(ours().collect(toSet())));
    }

    private static void check(ExtensionContext context) throws InterruptedException {
        Before before = context.getStore(NAMESPACE).remove(key(context), Before.class);
        if (before == null) {
            return;
        }
        Context attached = Context.current();
        if (attached != Context.root()) {
            // The tests after this one are innocent.
            @SuppressWarnings({"MustBeClosedChecker", "unused"})
            var unused = Context.root().makeCurrent();
            throw new AssertionError("left a context attached to the test's thread: " + attached);
        }
        Set<Thread> leaked = leakedSince(before.threads());
        if (!leaked.isEmpty()) {
            throw new AssertionError("left " + leaked.size() + " thread(s) alive:\n"
                    + leaked.stream().map(LeakCheck::describe).collect(joining("\n")));
        }
    }

    /** The store of a class is seen by its tests too, hence a key of one's own. */
    private static Object key(ExtensionContext context) {
        return context.getUniqueId();
    }

    private static Set<Thread> leakedSince(Set<Thread> before) throws InterruptedException {
        Set<Thread> leaked = ours().filter(thread -> !before.contains(thread)).collect(toSet());
        long deadline = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
        for (Thread thread : leaked) {
            thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        leaked.removeIf(thread -> !thread.isAlive());
        return leaked;
    }

    private static Stream<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("dharma-"));
    }

    private static String describe(Thread thread) {
        return thread
                + Arrays.stream(thread.getStackTrace())
                        .map(frame -> "\n    at " + frame)
                        .collect(joining());
    }
}
