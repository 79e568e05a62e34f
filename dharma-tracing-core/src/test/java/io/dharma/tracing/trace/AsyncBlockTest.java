package io.dharma.tracing.trace;

import static io.dharma.tracing.trace.Given.nothing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AsyncBlockTest {

    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.withManualClock(settings -> settings);

    private DharmaTracer tracer() {
        return fixture.tracer();
    }

    @Test
    void tracedAsync_endsWhenTheStageDoes() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> returned = tracer().tracedAsync("load", block -> stage);

        assertThat(returned).isSameAs(stage);
        assertThat(fixture.counts().open()).isEqualTo(1);
        fixture.clock().advance(Duration.ofMillis(250));
        stage.complete("order");

        SpanData span = fixture.span("load");
        assertThat(span.getEndEpochNanos() - span.getStartEpochNanos()).isEqualTo(250_000_000);
        assertThat(span.getStatus()).isEqualTo(StatusData.unset());
    }

    /** The price of handing out the very stage, see the rationale: its dependents run last in, first out. */
    @Test
    void whatTheCallerAddsToTheStage_isPartOfTheBlockUnlessItRunsElsewhere() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> returned = tracer().tracedAsync("load", block -> stage);
        CompletableFuture<Void> sameThread =
                returned.thenRun(() -> fixture.clock().advance(Duration.ofMillis(300)));
        List<Runnable> elsewhere = new ArrayList<>();
        CompletableFuture<Void> otherThread =
                returned.thenRunAsync(() -> fixture.clock().advance(Duration.ofHours(1)), elsewhere::add);

        stage.complete("order");
        elsewhere.forEach(Runnable::run);

        assertThat(sameThread).isCompleted();
        assertThat(otherThread).isCompleted();
        SpanData span = fixture.span("load");
        assertThat(span.getEndEpochNanos() - span.getStartEpochNanos()).isEqualTo(300_000_000);
    }

    @Test
    void tracedAsync_isCurrentWhileTheBodyRunsAndNotAfterwards() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        try (TracedBlock around = tracer().start("around")) {
            tracer().tracedAsync("load", block -> {
                assertThat(tracer().current()).isSameAs(block);
                return stage;
            });
            assertThat(tracer().current()).isSameAs(around);
        }
        stage.complete("order");

        assertThat(fixture.span("load").getParentSpanId())
                .isEqualTo(fixture.span("around").getSpanId());
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 0, 0, 0));
    }

    @Test
    void tracedAsync_failsWithTheStage() {
        IOException failure = new IOException("refused");
        CompletableFuture<String> stage = new CompletableFuture<>();
        tracer().tracedAsync("load", block -> stage.thenApply(String::trim));
        stage.completeExceptionally(failure);

        SpanData span = fixture.span("load");
        assertThat(span.getStatus().getDescription()).isEqualTo("refused");
        assertThat(span.getAttributes().get(ERROR_TYPE)).isEqualTo("java.io.IOException");
        assertThat(span.getEvents()).hasSize(1);
    }

    @Test
    void tracedAsync_recordsTheThrowableOfNestedStagesOnce() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        tracer().tracedAsync(
                        "outer",
                        outer -> tracer().tracedAsync("inner", inner -> stage).thenApply(text -> text + "!"));
        stage.completeExceptionally(new IOException("refused"));

        assertThat(fixture.finished())
                .hasSize(2)
                .allSatisfy(
                        span -> assertThat(span.getAttributes().get(ERROR_TYPE)).isEqualTo("java.io.IOException"));
        assertThat(fixture.finished().stream()
                        .mapToInt(span -> span.getEvents().size())
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void tracedAsync_failsWhenTheStageIsCancelled() {
        CompletableFuture<String> stage = tracer().tracedAsync("load", block -> new CompletableFuture<String>());
        stage.cancel(true);

        assertThat(fixture.span("load").getAttributes().get(ERROR_TYPE))
                .isEqualTo(CancellationException.class.getName());
    }

    @Test
    void tracedAsync_endsAtOnceForAStageThatIsCompleteOrNull() {
        tracer().tracedAsync("complete", block -> CompletableFuture.completedFuture("x"));
        tracer().tracedAsync("failed", block -> CompletableFuture.failedFuture(new IOException("x")));
        @Nullable CompletableFuture<String> none = tracer().tracedAsync("null", block -> nothing());

        assertThat(none).isNull();
        assertThat(fixture.names()).containsExactlyInAnyOrder("complete", "failed", "null");
        assertThat(fixture.span("failed").getEvents()).hasSize(1);
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void tracedAsync_endsAtOnceWhenTheBodyThrows() {
        IOException failure = new IOException("refused");

        assertThat(catchThrowable(() -> throwing(failure))).isSameAs(failure);

        assertThat(fixture.span("load").getEvents()).hasSize(1);
        assertThat(Context.current()).isSameAs(Context.root());
    }

    private CompletableFuture<String> throwing(IOException failure) throws IOException {
        return tracer().tracedAsync("load", block -> {
            throw failure;
        });
    }

    @Test
    void tracedAsync_unwrapsOnlyTheWrapperOfTheStage() {
        tracer().tracedAsync("bare", block -> CompletableFuture.failedFuture(new CompletionException("bare", null)));

        assertThat(fixture.span("bare").getAttributes().get(ERROR_TYPE)).isEqualTo(CompletionException.class.getName());
    }

    @Test
    void blocksInContinuations_belongToTheCarriedContext() throws Exception {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> done = tracer().tracedAsync(
                        "load",
                        block -> stage.thenApply(
                                block.context().wrapFunction(text -> tracer().traced("parse", parse -> text + "!"))));
        fixture.elsewhere(() -> stage.complete("order"));

        assertThat(done.join()).isEqualTo("order!");
        assertThat(fixture.span("parse").getParentSpanId())
                .isEqualTo(fixture.span("load").getSpanId());
        fixture.elsewhere(() -> {
            assertThat(Context.current()).isSameAs(Context.root());
            return null;
        });
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 0, 0, 0));
    }

    @Test
    void blocksLeftOpenByAnAsynchronousBody_areTakenOffTheThread() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        TracedBlock[] leaked = new TracedBlock[1];
        tracer().tracedAsync("load", block -> {
            leaked[0] = tracer().start("leaked");
            return stage;
        });

        assertThat(Context.current()).isSameAs(Context.root());
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 0, 0, 0, 0, 1));
        leaked[0].close();
        stage.complete("x");
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 0, 1, 0));
    }

    @Test
    void asynchronousBlockWhoseOuterBlockEndsFirst_isNotAMistake() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        tracer().tracedRun("request", request -> tracer().tracedAsync("fire and forget", block -> stage));
        assertThat(fixture.counts().leftOpen()).isZero();
        stage.complete("x");

        assertThat(fixture.counts()).isEqualTo(new BlockCounts(2, 2, 0, 0, 0, 0));
    }

    @Test
    void hostileStage_isReturnedAndEndsTheBlock() {
        CompletionStage<String> throwing = stageThat((proxy, method, arguments) -> {
            throw new AssertionError("hostile");
        });

        assertThat((Object) tracer().tracedAsync("hostile", block -> throwing)).isSameAs(throwing);

        assertThat(fixture.names()).containsExactly("hostile");
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void stageThatCompletesTwice_endsTheBlockOnce() {
        CompletionStage<String> twice = stageThat((proxy, method, arguments) -> {
            @SuppressWarnings("unchecked")
            BiConsumer<Object, @Nullable Throwable> listener = (BiConsumer<Object, @Nullable Throwable>) arguments[0];
            listener.accept("x", nothing());
            listener.accept("x", new IOException());
            return null;
        });
        tracer().tracedAsync("twice", block -> twice);

        assertThat(fixture.span("twice").getStatus()).isEqualTo(StatusData.unset());
        assertThat(fixture.counts()).isEqualTo(new BlockCounts(1, 1, 1, 0, 0, 0));
    }

    @SuppressWarnings("unchecked")
    private static CompletionStage<String> stageThat(InvocationHandler behaviour) {
        return (CompletionStage<String>) Proxy.newProxyInstance(
                AsyncBlockTest.class.getClassLoader(), new Class<?>[] {CompletionStage.class}, behaviour);
    }

    @Test
    void noopTracer_runsTheBodyAndReturnsItsStage() {
        CompletableFuture<String> stage = new CompletableFuture<>();

        CompletableFuture<String> returned = DharmaTracer.noop().tracedAsync("x", block -> stage);
        assertThat(returned).isSameAs(stage);
        assertThatThrownBy(() -> DharmaTracer.noop().tracedAsync("x", block -> {
                    throw new IOException("refused");
                }))
                .isInstanceOf(IOException.class);
    }
}
