package io.dharma.tracing.context;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ChildJvm;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.net.URL;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

class ContextThreadFactoryTest {

    private static final ContextKey<String> NAME = ContextKey.named("name");

    private final Context red = Context.root().with(NAME, "red");
    private final Context blue = Context.root().with(NAME, "blue");

    @Test
    void thread_runsInTheContextOfItsMakingAndNotOfItsStart() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        Thread thread;
        try (Scope scope = red.makeCurrent()) {
            thread = made(ContextThreadFactory.create(), () -> seen.complete(name()));
        }
        try (Scope scope = blue.makeCurrent()) {
            thread.start();
        }
        assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo("red");
    }

    @Test
    void poolWorker_doesNotKeepTheContextOfTheRequestThatItWasMadeIn() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1, ContextThreadFactory.create());
        try {
            try (Scope scope = red.makeCurrent()) {
                pool.submit(ContextThreadFactoryTest::name).get();
            }
            assertThat(pool.submit(ContextThreadFactoryTest::name).get()).isEqualTo("none");
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void factory_leavesAllButTheTaskToTheOneItWraps() {
        Thread own = new Thread("own");
        ContextThreadFactory factory = ContextThreadFactory.wrap(task -> own);
        assertThat(factory.newThread(() -> {})).isSameAs(own);
        assertThat(ContextThreadFactory.wrap(factory)).isSameAs(factory);
        assertThat(ContextThreadFactory.wrap(task -> null).newThread(() -> {})).isNull();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_25, disabledReason = "StructuredTaskScope as of JEP 505 needs JDK 25 or later")
    void structuredTaskScope_carriesTheContextIntoItsForks() throws Exception {
        URL source = getClass().getResource("/preview/StructuredTaskScopeProbe.java");
        assertThat(source).isNotNull();
        assertThat(new ChildJvm().runPreviewSource(Path.of(source.toURI())).lines())
                .filteredOn(line -> !line.startsWith("Note:"))
                .containsExactly(
                        "fork: red, virtual=true",
                        "nested fork: blue, virtual=true",
                        "failed fork: red",
                        "owner afterwards: red",
                        "ten thousand forks: 10000 right");
    }

    private static Thread made(ThreadFactory factory, Runnable task) {
        Thread thread = factory.newThread(task);
        assertThat(thread).isNotNull();
        return thread;
    }

    private static String name() {
        String name = Context.current().get(NAME);
        return name == null ? "none" : name;
    }
}
