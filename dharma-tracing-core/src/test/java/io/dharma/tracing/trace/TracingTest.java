package io.dharma.tracing.trace;

import static io.dharma.tracing.trace.Given.nothing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TracingTest {

    @RegisterExtension
    final TracerFixture fixture = TracerFixture.create();

    @AfterEach
    void uninstall() {
        Tracing.uninstall(fixture.tracer());
    }

    private static void useEveryEntryPoint() throws IOException {
        String value = Tracing.traced("traced", block -> "value");
        Tracing.tracedRun("run", block -> block.attribute("a", 1));
        CompletableFuture<String> stage = CompletableFuture.completedFuture("x");
        CompletableFuture<String> returned = Tracing.tracedAsync("async", block -> stage);
        try (TracedBlock block = Tracing.start("start")) {
            block.attribute("a", 1);
        }
        Tracing.block("block").attribute("a", 1).run(block -> Tracing.current().attribute("b", 2));
        assertThatThrownBy(() -> Tracing.traced("fails", block -> {
                    throw new IOException("x");
                }))
                .isInstanceOf(IOException.class);
        assertThat(value).isEqualTo("value");
        assertThat(returned).isSameAs(stage);
    }

    @Test
    void entryPoints_areHarmlessBeforeInstallation() throws Exception {
        useEveryEntryPoint();

        assertThat(Tracing.tracer()).isSameAs(DharmaTracer.noop());
        assertThat(Tracing.openTelemetry()).isSameAs(OpenTelemetry.noop());
        assertThat(Tracing.current()).isSameAs(TracedBlock.NOOP);
        assertThat(fixture.finished()).isEmpty();
    }

    @Test
    void entryPoints_useTheInstalledTracer() throws Exception {
        assertThat(Tracing.install(fixture.tracer())).isSameAs(DharmaTracer.noop());
        useEveryEntryPoint();

        assertThat(fixture.names()).containsExactlyInAnyOrder("traced", "run", "async", "start", "block", "fails");
        assertThat(fixture.span("block").getAttributes().size()).isEqualTo(2);
        assertThat(Tracing.openTelemetry()).isSameAs(fixture.tracer().openTelemetry());
    }

    @Test
    void entryPoints_areHarmlessAfterRemoval() throws Exception {
        Tracing.install(fixture.tracer());
        Tracing.uninstall(fixture.tracer());
        useEveryEntryPoint();

        assertThat(fixture.finished()).isEmpty();
    }

    @Test
    void uninstall_leavesAnotherTracerInPlace() {
        Tracing.install(fixture.tracer());
        Tracing.uninstall(DharmaTracer.noop());

        assertThat(Tracing.tracer()).isSameAs(fixture.tracer());
    }

    @Test
    void blockOpenDuringRemoval_stillEnds() {
        Tracing.install(fixture.tracer());
        try (TracedBlock block = Tracing.start("open")) {
            Tracing.uninstall(fixture.tracer());
            block.attribute("a", 1);
        }

        assertThat(fixture.span("open").getAttributes().size()).isEqualTo(1);
    }

    @Test
    void install_refusesNullInsteadOfFailingLater() {
        assertThatThrownBy(() -> Tracing.install(nothing())).isInstanceOf(NullPointerException.class);

        assertThat(Tracing.tracer()).isSameAs(DharmaTracer.noop());
    }
}
