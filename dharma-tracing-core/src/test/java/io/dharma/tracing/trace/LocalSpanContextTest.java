package io.dharma.tracing.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.dharma.tracing.internal.sampling.NumericTraceId;
import io.dharma.tracing.sampling.Samplers;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LocalSpanContextTest {

    private static final TraceState STATE = TraceState.builder().put("k", "v").build();

    private static LocalSpanContext context(long high, long low, long span, int flags, TraceState state) {
        return new LocalSpanContext(NumericTraceId.of(high, low), span, (byte) flags, state);
    }

    private static SpanContext theirs(SpanContext ours) {
        return SpanContext.create(
                TraceId.fromLongs(0x0af7651916cd43ddL, 0x8448eb211c80319cL),
                SpanId.fromLong(0xb7ad6b7169203331L),
                ours.getTraceFlags(),
                ours.getTraceState());
    }

    @Test
    void ids_areTheTextThatOpenTelemetryWrites() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            long high = random.nextLong();
            long low = random.nextLong() >>> random.nextInt(64);
            long span = random.nextLong() >>> random.nextInt(64);
            LocalSpanContext context = context(high, low, span, 1, STATE);

            assertThat(context.getTraceId()).isEqualTo(TraceId.fromLongs(high, low));
            assertThat(context.getSpanId()).isEqualTo(SpanId.fromLong(span));
            assertThat(context.getTraceIdBytes())
                    .isEqualTo(
                            ByteBuffer.allocate(16).putLong(high).putLong(low).array());
        }
    }

    @Test
    void ids_canBeAskedForWhileAPropagatorWritesThem() {
        LocalSpanContext context = context(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 1, STATE);
        Map<String, String> headers = new HashMap<>();
        W3CTraceContextPropagator.getInstance().inject(Context.root().with(Span.wrap(context)), headers, Map::put);

        assertThat(headers).containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Test
    void equality_isByValueToOursAndToTheirs() {
        LocalSpanContext one = context(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 3, STATE);
        LocalSpanContext same = context(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 3, STATE);

        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isEqualTo(theirs(one));
        assertThat(one.toString()).contains(one.getTraceId()).contains(one.getSpanId());
        assertThat(one)
                .isNotEqualTo(context(1, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 3, STATE))
                .isNotEqualTo(context(0x0af7651916cd43ddL, 1, 0xb7ad6b7169203331L, 3, STATE))
                .isNotEqualTo(context(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 1, 3, STATE))
                .isNotEqualTo(context(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 1, STATE))
                .isNotEqualTo(context(
                        0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 3, TraceState.getDefault()))
                .isNotEqualTo(SpanContext.createFromRemoteParent(
                        one.getTraceId(), one.getSpanId(), one.getTraceFlags(), one.getTraceState()))
                .isNotEqualTo(SpanContext.getInvalid())
                .isNotEqualTo("text");
    }

    /** A root that is not recorded has no date in its id yet when its children start. */
    @Test
    void childrenOfAnUnsampledRoot_startedByTwoThreadsAtOnce_haveItsTraceId() throws Exception {
        Sampler childrenOnly = Samplers.rules().drop("root").otherwise(Samplers.alwaysOn());
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (DharmaTracer tracer = DharmaTracer.builder().sampler(childrenOnly).build()) {
            for (int round = 0; round < 2_000; round++) {
                TracedBlock root = tracer.block("root").root().startDetached();
                CyclicBarrier barrier = new CyclicBarrier(2);
                Callable<String> child = () -> {
                    barrier.await();
                    try (TracedBlock block =
                            tracer.block("child").parent(root.context()).startDetached()) {
                        return block.traceId();
                    }
                };
                Future<String> theirs = other.submit(child);
                String ours = child.call();

                assertThat(theirs.get()).isEqualTo(ours).isEqualTo(root.traceId());
            }
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void flags_areReadFromTheirBits() {
        assertThat(context(1, 1, 1, 0, STATE).isSampled()).isFalse();
        assertThat(context(1, 1, 1, 3, STATE).isSampled()).isTrue();
        assertThat(context(1, 1, 1, 3, STATE).getTraceFlags()).isEqualTo(TraceFlags.fromByte((byte) 3));
        assertThat(context(1, 1, 1, 3, STATE).isValid()).isTrue();
        assertThat(context(1, 1, 1, 3, STATE).isRemote()).isFalse();
    }

    @Test
    void numbers_areReadFromAnyContext() {
        LocalSpanContext ours = context(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 1, STATE);

        for (SpanContext any : new SpanContext[] {ours, theirs(ours)}) {
            assertThat(LocalSpanContext.traceIdOf(any))
                    .isEqualTo(NumericTraceId.of(0x0af7651916cd43ddL, 0x8448eb211c80319cL))
                    .hasToString("0af7651916cd43dd8448eb211c80319c");
        }
    }
}
