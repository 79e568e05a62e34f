package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.testsupport.ManualClock;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A tracer whose spans stay in memory. Fails a test that leaves a block open, a context attached to its thread, an
 * undecided trace in memory, or one of the library's threads alive.
 */
final class TracerFixture implements BeforeEachCallback, AfterEachCallback {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final UnaryOperator<DharmaTracerBuilder> settings;
    private final ManualClock clock = ManualClock.create();
    private final CollectingSink sink = new CollectingSink();
    private final Set<Thread> threadsBefore = new HashSet<>();
    private @Nullable DharmaTracer tracer;
    private @Nullable ExecutorService otherThread;
    private long expectedOpen;

    private TracerFixture(UnaryOperator<DharmaTracerBuilder> settings) {
        this.settings = settings;
    }

    static TracerFixture create() {
        return with(settings -> settings);
    }

    static TracerFixture with(UnaryOperator<DharmaTracerBuilder> settings) {
        return new TracerFixture(settings);
    }

    /** With a clock that stands still until {@link #clock()} is moved. */
    static TracerFixture withManualClock(UnaryOperator<DharmaTracerBuilder> settings) {
        TracerFixture[] self = new TracerFixture[1];
        self[0] = new TracerFixture(builder -> settings.apply(builder.clock(self[0].clock)));
        return self[0];
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        threadsBefore.addAll(libraryThreads());
        restart(settings);
    }

    /** Goes on with a tracer of other settings; the one before is closed. */
    DharmaTracer restart(UnaryOperator<DharmaTracerBuilder> otherSettings) {
        if (tracer != null) {
            tracer.close();
        }
        DharmaTracer restarted =
                otherSettings.apply(DharmaTracer.builder().sink(sink)).build();
        tracer = restarted;
        return restarted;
    }

    DharmaTracer tracer() {
        return Objects.requireNonNull(tracer);
    }

    ManualClock clock() {
        return clock;
    }

    BlockCounts counts() {
        return tracer().health().blocks();
    }

    KeptCounts kept() {
        return tracer().health().kept();
    }

    /** All spans that were exported so far, once everything that ended has been. */
    List<SpanData> finished() {
        assertThat(tracer().flush(PATIENCE)).as("delivered everything").isTrue();
        return sink.spans();
    }

    /** What was exported by now. */
    List<SpanData> delivered() {
        return sink.spans();
    }

    /** The one exported span of that name. */
    SpanData span(String name) {
        List<SpanData> found =
                finished().stream().filter(span -> span.getName().equals(name)).toList();
        assertThat(found).as("spans named %s", name).hasSize(1);
        return found.get(0);
    }

    List<String> names() {
        return finished().stream().map(SpanData::getName).toList();
    }

    /** For a test about blocks that are never closed. */
    void expectOpenBlocks(long expected) {
        expectedOpen = expected;
    }

    /** Runs on one and the same other thread, as a pool would. */
    <T extends @Nullable Object> T elsewhere(Callable<T> work) throws Exception {
        if (otherThread == null) {
            otherThread = Executors.newSingleThreadExecutor();
        }
        return otherThread.submit(work).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Context left = Context.current();
        if (left != Context.root()) {
            // The tests after this one are innocent.
            @SuppressWarnings({"MustBeClosedChecker", "unused"})
            var unused = Context.root().makeCurrent();
        }
        if (otherThread != null) {
            otherThread.shutdownNow();
        }
        BlockCounts counts = counts();
        tracer().close();
        assertThat(left).as("context left on the test's thread").isSameAs(Context.root());
        assertThat(counts.open()).as("open blocks in %s", counts).isEqualTo(expectedOpen);
        assertThat(kept().heldBytes()).as("bytes held for undecided traces").isZero();
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(libraryThreads()).as("threads left alive").isSubsetOf(threadsBefore));
    }

    private static Set<Thread> libraryThreads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith("dharma-"));
        return threads;
    }
}
