package io.dharma.tracing.correlation;

import io.dharma.tracing.pipeline.Journal;
import io.dharma.tracing.pipeline.Pipeline;
import io.dharma.tracing.pipeline.PipelineStats;
import io.dharma.tracing.pipeline.PipelineThreads;
import io.dharma.tracing.pipeline.Priority;
import io.dharma.tracing.pipeline.RecordType;
import io.dharma.tracing.pipeline.SinkStats;
import io.dharma.tracing.pipeline.Stage;
import io.dharma.tracing.spool.Spool;
import io.dharma.tracing.trace.CorrelatedSpan;
import io.dharma.tracing.trace.CorrelatedSpanListener;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes hops of spans and keeps them, in this process and in further stores: every span of every request that has a
 * correlation, be it sampled or not.
 *
 * <pre>{@code
 * ChainRecorder recorder = ChainRecorder.builder("checkout").build();
 * DharmaTracer tracer = DharmaTracer.builder().correlatedSpans(recorder).build();
 * }</pre>
 *
 * <p>The thread on which a span ends does no more than to put it into a queue, in some 20 ns; the rest is done by a
 * {@link Pipeline}. While a store is away its hops wait, as far as their room goes; then the newest are dropped, those that
 * failed after all others, and counted.
 *
 * <p>Any thread may call any method.
 */
public final class ChainRecorder implements CorrelatedSpanListener, AutoCloseable {

    /** What the pipeline's accounts are called. */
    public static final String SIGNAL = "hops";

    /** How much heap hops may take while they wait, unless said otherwise. */
    public static final long DEFAULT_MAX_QUEUE_BYTES = 8L << 20;

    private static final Duration BATCH_DELAY = Duration.ofMillis(200);
    private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(3);

    private final Pipeline<CorrelatedSpan, CorrelatedHop> pipeline;
    private final Chains chains;
    private final InProcessStore local;

    private ChainRecorder(Builder builder) {
        Conversion conversion = new Conversion(
                builder.service,
                new HopTexts(builder.redaction),
                new ChainMemory(builder.hopsPerMinute, builder.clock::nanoTime));
        this.local = builder.local;
        Pipeline.Builder<CorrelatedSpan, CorrelatedHop> delivery = Pipeline.builder(
                        SIGNAL, new EndedSpan(), conversion::convert)
                // Not in the conversion: one that was given up must not be kept when it returns after all.
                .stage(Stage.required("keep", this::keep))
                .convertedSize(HopSize::of)
                .maxQueueBytes(builder.maxQueueBytes)
                .maxBatchDelay(BATCH_DELAY)
                .clock(builder.clock);
        if (builder.threads != null) {
            delivery.threads(builder.threads);
        }
        builder.stores.forEach(delivery::sink);
        if (builder.journal != null) {
            delivery.journal(builder.journal);
        }
        this.pipeline = delivery.build();
        Duration patience = builder.patience;
        List<CorrelationStore> all = new ArrayList<>(List.of(local));
        all.addAll(builder.stores);
        this.chains = new Chains(all, patience, this::notDelivered);
    }

    /** At once and not as a sink, which would take memory from those that may have to wait. */
    private CorrelatedHop keep(CorrelatedHop hop) {
        local.keep(hop);
        return hop;
    }

    /**
     * Has all hops delivered that are under way, and says which stores did not get theirs. Twice if need be, since a flush
     * also says no for what was lost before it.
     */
    private List<String> notDelivered(Duration patience) {
        boolean delivered = flush(patience);
        if (!delivered) {
            delivered = flush(patience);
        }
        return delivered
                ? List.of()
                : pipeline.stats().sinks().stream().map(SinkStats::name).toList();
    }

    /**
     * Begins one.
     *
     * @param service the name of this service, as hops have it
     */
    public static Builder builder(String service) {
        return new Builder(service);
    }

    /**
     * A spool for hops, for {@link Builder#journal}; to a folder of their own in the directory, which may be the one that
     * spans are spooled to. See {@link Spool#builder(java.nio.file.Path, io.dharma.tracing.spool.RecordCodec)}.
     */
    public static Spool.Builder<CorrelatedHop> spool(Path directory) {
        return Spool.builder(directory, SIGNAL, new HopRecordCodec());
    }

    @Override
    public void ended(CorrelatedSpan span) {
        boolean unused = pipeline.offer(span);
    }

    /** Questions about what was recorded; go on to be answered after {@link #close}, as far as the stores do so. */
    public Chains chains() {
        return chains;
    }

    /** What this process keeps. */
    public ChainStats kept() {
        return local.stats();
    }

    /** What became of all hops. */
    public PipelineStats stats() {
        return pipeline.stats();
    }

    /** Waits until all stores have what ended before this call; see {@link Pipeline#flush}. */
    public boolean flush(Duration deadline) {
        return pipeline.flush(deadline);
    }

    /** As {@link #flush}, for somebody who has more than one thing to wait for. Does not wait itself. */
    public Pipeline.PendingFlush beginFlush() {
        return pipeline.beginFlush();
    }

    /** See {@link Pipeline#beginClose}. */
    public void beginClose(Duration deadline) {
        pipeline.beginClose(deadline);
    }

    /** Delivers what waits, within three seconds, and closes the stores. */
    @Override
    public void close() {
        close(TIME_TO_CLOSE);
    }

    /** Delivers what waits and closes the stores; see {@link Pipeline#close(Duration)}. */
    public void close(Duration deadline) {
        pipeline.close(deadline);
    }

    private static final class EndedSpan implements RecordType<CorrelatedSpan> {

        @Override
        public int sizeOf(CorrelatedSpan span) {
            return (int) Math.min(Integer.MAX_VALUE, span.estimatedBytes());
        }

        @Override
        public Priority priority(CorrelatedSpan span) {
            return span.hasFailed() ? Priority.HIGH : Priority.NORMAL;
        }
    }

    /** Runs on one thread of the pipeline, or on two, if one of them was given up. */
    private record Conversion(String service, HopTexts texts, ChainMemory memory) {

        /** Null for what is one too many. */
        @Nullable
        CorrelatedHop convert(CorrelatedSpan span) {
            String correlationId = span.correlation().correlationId();
            String userKey = memory.userOf(correlationId, span.correlation().userKey());
            if (!memory.take(correlationId, span.isEntry(), span.hasFailed())) {
                return null;
            }
            return new CorrelatedHop(correlationId, userKey, span.isEntry(), hop(span));
        }

        private Hop hop(CorrelatedSpan span) {
            SpanContext identity = span.getSpanContext();
            SpanContext parent = span.getParentSpanContext();
            long start = Math.max(0, span.startEpochNanos());
            Hop.Builder hop = Hop.builder(identity.getTraceId(), identity.getSpanId())
                    .parent(parent.isValid() ? parent.getSpanId() : null)
                    .nested(span.isNested())
                    .service(service)
                    .operation(texts.prepare(span.getName()))
                    .kind(span.getKind())
                    .start(start)
                    .duration(Math.max(0, Saturated.add(span.endEpochNanos(), -start)));
            List<SpanContext> linked = span.linkedSpans();
            if (!linked.isEmpty()) {
                hop.links(linked.stream()
                        .map(link -> new HopId(link.getTraceId(), link.getSpanId()))
                        .toList());
            }
            if (span.hasFailed()) {
                String type = span.errorType();
                hop.failed(type == null ? null : texts.prepare(type));
            }
            return hop.build();
        }
    }

    /** Collects what a recorder is made of. One thread at a time. */
    public static final class Builder {

        private final String service;
        private final List<CorrelationStore> stores = new ArrayList<>();
        private InProcessStore local = new InProcessStore();
        private UnaryOperator<String> redaction = UnaryOperator.identity();
        private long maxQueueBytes = DEFAULT_MAX_QUEUE_BYTES;
        private int hopsPerMinute = 1_000;
        private Duration patience = Duration.ofSeconds(2);
        private Clock clock = Clock.getDefault();
        private @Nullable PipelineThreads threads;
        private @Nullable Journal<CorrelatedHop> journal;

        private Builder(String service) {
            if (service.isEmpty()) {
                throw new IllegalArgumentException("service must not be empty");
            }
            this.service = service;
        }

        /** Where chains are kept in this process. Default: one with the default bounds. */
        public Builder local(InProcessStore store) {
            local = Objects.requireNonNull(store, "local");
            return this;
        }

        /** Adds a further store, which the recorder closes. Names must be unique. Default: none. */
        public Builder store(CorrelationStore store) {
            stores.add(Objects.requireNonNull(store, "store"));
            return this;
        }

        /**
         * What takes secrets out of the names of operations and errors. Called on a thread of the recorder, once for most
         * names. Should it throw, the hop is dropped. Default: nothing is taken out.
         */
        public Builder redaction(UnaryOperator<String> newRedaction) {
            redaction = Objects.requireNonNull(newRedaction, "redaction");
            return this;
        }

        /**
         * Has hops written down until the further stores have them, so that outages cost none: {@link #spool}. The caller
         * closes it, after the recorder. Default: not written.
         */
        public Builder journal(Journal<CorrelatedHop> newJournal) {
            journal = Objects.requireNonNull(newJournal, "journal");
            return this;
        }

        /** How much heap hops may take while they wait, by estimate. At least 64 KiB; default 8 MiB. */
        public Builder maxQueueBytes(long bytes) {
            maxQueueBytes = bytes;
            return this;
        }

        /**
         * How many hops of one chain this process records within a minute, so that a correlation that never ends does not
         * grow without bound: so many that entered the service, so many that failed, and so many others. Those beyond are
         * counted as {@code FILTERED}. Default 1,000.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder hopsPerMinute(int hops) {
            if (hops < 1) {
                throw new IllegalArgumentException("hopsPerMinute must be at least 1, but is " + hops);
            }
            hopsPerMinute = hops;
            return this;
        }

        /** How long {@link Chains} waits for the stores' answers. Default 2 s. */
        public Builder patience(Duration duration) {
            patience = Objects.requireNonNull(duration, "patience");
            return this;
        }

        /** Has the pipeline share its threads with others. Default: threads of its own. */
        public Builder threads(PipelineThreads shared) {
            threads = Objects.requireNonNull(shared, "threads");
            return this;
        }

        /** Where time comes from. For tests. */
        public Builder clock(Clock newClock) {
            clock = Objects.requireNonNull(newClock, "clock");
            return this;
        }

        /**
         * Starts the recorder's threads.
         *
         * @throws IllegalArgumentException if there is too little room, or two stores have the same name
         */
        public ChainRecorder build() {
            return new ChainRecorder(this);
        }
    }
}
