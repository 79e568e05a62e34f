package io.dharma.tracing.export;

import io.dharma.tracing.internal.trace.SpanPrinter;
import io.dharma.tracing.internal.trace.SpanTree;
import io.dharma.tracing.pipeline.Delivery;
import io.dharma.tracing.pipeline.Sink;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Prints spans for people: each trace as a tree, or one line per span.
 *
 * <p>A tree is printed when the span through which the trace entered this process has ended; what belongs to no such
 * span yet waits a little (5 s) and is then printed as it is. What waits is bounded, in number and to 1 MiB. Whatever
 * came from outside is printed without control characters, so that no name or attribute can forge a line or command a
 * terminal.
 *
 * <p>For any thread.
 */
public final class ConsoleSpanSink implements Sink<SpanData> {

    /** How spans are laid out. */
    public enum Style {
        /** One line per span, in the order in which they ended. */
        LINES,
        /** Each trace together, indented, with what each span took. */
        TREES
    }

    private final Appendable output;
    private final Style style;
    private final SpanPrinter printer;
    private final PendingTraces pending;

    private ConsoleSpanSink(Builder builder) {
        this.output = builder.output;
        this.style = builder.style;
        this.printer = new SpanPrinter(builder.zone, builder.colors(), builder.showsTrees());
        this.pending = new PendingTraces(builder.maxWaiting, builder.wait, builder.nanoClock);
    }

    /** Trees on the standard output, in colour if that is a terminal. */
    public static ConsoleSpanSink create() {
        return builder().build();
    }

    /** Begins a sink. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return "console";
    }

    /** With what else is for this machine: a terminal rarely makes anybody wait. */
    @Override
    public String threadName() {
        return "local";
    }

    @Override
    public synchronized CompletionStage<Delivery> deliver(List<SpanData> batch) {
        StringBuilder text = new StringBuilder();
        if (style == Style.LINES) {
            batch.forEach(span -> printer.line(text, span));
        } else {
            pending.add(batch).forEach(tree -> printer.tree(text, tree));
        }
        return CompletableFuture.completedFuture(print(text));
    }

    @Override
    public synchronized void close(Duration deadline) {
        print(trees(pending.removeAll()));
    }

    /** Prints what has waited long enough. */
    @Override
    public synchronized @Nullable Duration tend() {
        print(trees(pending.removeOld()));
        return pending.isEmpty() ? null : pending.untilOld();
    }

    private StringBuilder trees(List<SpanTree> trees) {
        StringBuilder text = new StringBuilder();
        trees.forEach(tree -> printer.tree(text, tree));
        return text;
    }

    /** In one piece, so that the application's own output does not come between. */
    private Delivery print(StringBuilder text) {
        if (text.length() == 0) {
            return Delivery.delivered();
        }
        try {
            output.append(text.toString());
            if (output instanceof PrintStream stream) {
                stream.flush();
            }
            return Delivery.delivered();
        } catch (IOException e) {
            return Delivery.rejected("cannot print: " + e.getClass().getSimpleName());
        }
    }

    /** Collects the settings of one sink; for one thread. */
    public static final class Builder {

        private Appendable output = System.out;
        private Style style = Style.TREES;
        private @Nullable Boolean colors;
        private ZoneId zone = ZoneId.systemDefault();
        private Duration wait = Duration.ofSeconds(5);
        private int maxWaiting = 2_000;
        private LongSupplier nanoClock = System::nanoTime;

        private Builder() {}

        /** Where to print; the standard output by default. Never closed by us. */
        public Builder output(Appendable output) {
            this.output = Objects.requireNonNull(output, "output");
            return this;
        }

        /** How to lay out; {@link Style#TREES} by default. */
        public Builder style(Style style) {
            this.style = Objects.requireNonNull(style, "style");
            return this;
        }

        /**
         * Whether to print in colours. By default only on the standard output or error, if that is a terminal, {@code
         * NO_COLOR} is not set and {@code TERM} is not {@code dumb}.
         */
        public Builder colors(boolean on) {
            this.colors = on;
            return this;
        }

        /** In which zone times are printed; the system's by default. */
        public Builder zone(ZoneId zone) {
            this.zone = Objects.requireNonNull(zone, "zone");
            return this;
        }

        /**
         * How long spans wait for the rest of their trace before they are printed without it; 5 s by default.
         *
         * @throws IllegalArgumentException unless positive
         */
        public Builder waitForTrace(Duration wait) {
            if (wait.isNegative() || wait.isZero()) {
                throw new IllegalArgumentException("The wait " + wait + " is not positive");
            }
            this.wait = wait;
            return this;
        }

        /**
         * How many spans wait at most, of all traces together; 2,000 by default. Beyond that the oldest trace is printed
         * as it is.
         *
         * @throws IllegalArgumentException unless positive
         */
        public Builder maxWaiting(int spans) {
            if (spans <= 0) {
                throw new IllegalArgumentException("The number of waiting spans " + spans + " is not positive");
            }
            this.maxWaiting = spans;
            return this;
        }

        Builder nanoClock(LongSupplier clock) {
            this.nanoClock = clock;
            return this;
        }

        private boolean colors() {
            return colors != null ? colors : isStandard() && Terminal.wantsColors();
        }

        private boolean showsTrees() {
            return !isStandard() || Terminal.showsTrees();
        }

        private boolean isStandard() {
            return output == System.out || output == System.err;
        }

        /** Makes the sink. */
        public ConsoleSpanSink build() {
            return new ConsoleSpanSink(this);
        }
    }
}
