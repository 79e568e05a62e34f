package io.dharma.tracing.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class LeakCheckTest {

    private static volatile CountDownLatch end = new CountDownLatch(1);

    @BeforeEach
    void keepTheLeakedThreadAlive() {
        end = new CountDownLatch(1);
    }

    @AfterEach
    void letTheLeakedThreadEnd() {
        end.countDown();
    }

    @Test
    void check_failsATestThatLeavesAThreadOfOurs() {
        run("leavesAThread")
                .assertThatEvents()
                .haveExactly(1, event(finishedWithFailure(message(text -> text.contains("dharma-leaked-worker")))));
    }

    @Test
    void check_failsATestThatLeavesAContextAttached() {
        run("leavesAContext")
                .assertThatEvents()
                .haveExactly(1, event(finishedWithFailure(message(text -> text.contains("left a context attached")))));

        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void check_passesATestThatCleansUp() {
        run("cleansUp").assertStatistics(statistics -> statistics.succeeded(1).failed(0));
    }

    private static Events run(String method) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(Leaky.class, method))
                .execute()
                .testEvents();
    }

    /** Run by the tests above only: its name is not that of a test. */
    @ExtendWith(LeakCheck.class)
    static class Leaky {

        @Test
        void leavesAThread() {
            thread().start();
        }

        @Test
        @SuppressWarnings("MustBeClosedChecker") // which is the point
        void leavesAContext() {
            Scope forgotten =
                    Context.root().with(ContextKey.named("some"), "value").makeCurrent();
            assertThat(forgotten).isNotNull();
        }

        @Test
        void cleansUp() throws InterruptedException {
            Thread thread = new Thread(() -> {}, "dharma-worker");
            thread.start();
            try (Scope scope =
                    Context.root().with(ContextKey.named("some"), "value").makeCurrent()) {
                assertThat(scope).isNotNull();
            }
        }

        private static Thread thread() {
            Thread thread = new Thread(
                    () -> {
                        try {
                            end.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    },
                    "dharma-leaked-worker");
            thread.setDaemon(true);
            return thread;
        }
    }
}
