package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener hears of blocks that fail. */
class FailureListenerTest {

    private record Heard(Throwable throwable, String block, boolean open) {}

    private final List<Heard> heard = new ArrayList<>();
    private final IllegalStateException declined = new IllegalStateException("declined");

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.create();

    private DharmaTracer tracer(boolean sampled) {
        return fixture.restart(settings -> settings.sampler(sampled ? Sampler.alwaysOn() : Sampler.alwaysOff())
                .failures((throwable, block) -> heard.add(new Heard(throwable, block.name(), !block.isClosed()))));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void throwable_isHeardOfInEveryBlockThatItPassesFromTheInside(boolean sampled) {
        DharmaTracer tracer = tracer(sampled);

        assertThatThrownBy(() -> tracer.tracedRun(
                        "outer",
                        outer -> tracer.tracedRun("inner", inner -> {
                            throw declined;
                        })))
                .isSameAs(declined);

        assertThat(heard).containsExactly(new Heard(declined, "inner", true), new Heard(declined, "outer", true));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asynchronousFailure_isHeardOf(boolean sampled) {
        DharmaTracer tracer = tracer(sampled);
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletableFuture<String> traced = tracer.tracedAsync("ask", block -> answer);
        answer.completeExceptionally(declined);

        assertThat(traced).isCompletedExceptionally();
        assertThat(heard).containsExactly(new Heard(declined, "ask", true));
    }

    @Test
    void failuresWithoutThrowableAndThoseAfterTheClose_areNotHeardOf() {
        DharmaTracer tracer = tracer(true);
        TracedBlock block = tracer.start("block");
        block.fail("declined");
        block.fail((Throwable) null);
        block.close();
        block.fail(declined);

        assertThat(heard).isEmpty();
    }

    @Test
    void listenerThatThrows_isContainedAndCounted() {
        DharmaTracer tracer = fixture.restart(settings -> settings.failures((throwable, block) -> {
            throw new AssertionError("hostile");
        }));

        assertThatThrownBy(() -> tracer.tracedRun("block", block -> {
                    throw declined;
                }))
                .isSameAs(declined);

        assertThat(tracer.health().contained().callbacks()).isEqualTo(1);
        assertThat(fixture.counts().ended()).isEqualTo(1);
    }
}
