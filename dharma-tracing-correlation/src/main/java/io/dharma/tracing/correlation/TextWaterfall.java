package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link ChainRenderer#text}. */
final class TextWaterfall implements ChainRenderer {

    private static final int MIN_WIDTH = 40;
    private static final int DURATION = 8;
    private static final int MARKS = 3;

    /** Between the columns. */
    private static final int GAPS = 3;

    private final int width;
    private final int nameWidth;
    private final int barWidth;
    private final Strokes strokes;

    TextWaterfall(int width, Strokes strokes) {
        if (width < MIN_WIDTH) {
            throw new IllegalArgumentException("width must be at least " + MIN_WIDTH + " columns, but is " + width);
        }
        this.width = width;
        this.nameWidth = Math.min(60, (width - DURATION - MARKS - GAPS) * 3 / 5);
        this.barWidth = width - DURATION - MARKS - GAPS - nameWidth;
        this.strokes = strokes;
    }

    /** The pieces that it is drawn with; branches are all of one width. */
    enum Strokes {
        DRAWN("├─ ", "└─ ", "│  ", '█', '░'),
        ASCII("|- ", "`- ", "|  ", '#', '-');

        private final String fork;
        private final String end;
        private final String through;
        private final char critical;
        private final char running;

        Strokes(String fork, String end, String through, char critical, char running) {
            this.fork = fork;
            this.end = end;
            this.through = through;
            this.critical = critical;
            this.running = running;
        }
    }

    @Override
    public String render(RequestChain chain, @Nullable CriticalPath path) {
        return new Drawing(chain, path).draw();
    }

    private final class Drawing {

        private final StringBuilder out = new StringBuilder();
        private final RequestChain chain;
        private final @Nullable CriticalPath path;
        private final Map<ChainHop, List<CriticalPath.Segment>> critical = new HashMap<>();
        private final long start;
        private final long duration;

        /** For each depth, whether a sibling is still to come there. */
        private boolean[] open = new boolean[16];

        Drawing(RequestChain chain, @Nullable CriticalPath path) {
            this.chain = chain;
            this.path = path;
            this.start = chain.startEpochNanos();
            this.duration = chain.durationNanos();
            if (path != null) {
                path.segments()
                        .forEach(segment -> critical.computeIfAbsent(segment.hop(), hop -> new ArrayList<>(2))
                                .add(segment));
            }
        }

        String draw() {
            line("chain " + chain.correlationId());
            line(summary());
            chain.hops().forEach(this::row);
            legend();
            return out.toString();
        }

        private void line(String text) {
            out.append(Columns.fit(Printable.escape(text), width)).append('\n');
        }

        private String summary() {
            String failures = chain.failures() == 0 ? "" : ", " + chain.failures() + " failed";
            return count(chain.hops().size(), "hop") + " in "
                    + count(chain.services().size(), "service") + ", "
                    + Texts.duration(duration) + failures
                    + (path == null
                            ? ""
                            : ", critical path " + Texts.duration(path.durationNanos()) + " "
                                    + path.certainty().name());
        }

        private static String count(int number, String what) {
            return number + " " + what + (number == 1 ? "" : "s");
        }

        private void row(ChainHop hop) {
            String branches = branches(hop);
            String name = hop.hop().service() + " " + hop.hop().operation();
            String line = branches + Columns.cell(name, nameWidth - branches.length()) + " "
                    + Columns.cell(marks(hop), MARKS) + " " + padLeft(Texts.duration(hop.durationNanos())) + " "
                    + bar(hop);
            out.append(line.stripTrailing()).append('\n');
        }

        private String branches(ChainHop hop) {
            int depth = hop.depth();
            if (depth >= open.length) {
                open = Arrays.copyOf(open, 2 * depth);
            }
            open[depth] = !isLast(hop);
            if (depth == 0) {
                return "";
            }
            int levels = nameWidth / 2 / strokes.fork.length();
            String own = open[depth] ? strokes.fork : strokes.end;
            if (depth > levels) {
                // Too deep to be drawn: the depth itself instead.
                String number = ".." + depth + " ";
                return " ".repeat(Math.max(0, (levels - 1) * own.length() - number.length())) + number + own;
            }
            StringBuilder branches = new StringBuilder();
            for (int level = 1; level < depth; level++) {
                branches.append(open[level] ? strokes.through : "   ");
            }
            return branches.append(own).toString();
        }

        private static boolean isLast(ChainHop hop) {
            List<ChainHop> siblings = hop.parent().map(ChainHop::children).orElse(List.of(hop));
            return siblings.get(siblings.size() - 1) == hop;
        }

        private String bar(ChainHop hop) {
            char[] bar = new char[barWidth];
            Arrays.fill(bar, ' ');
            fill(bar, hop.startEpochNanos(), hop.endEpochNanos(), strokes.running);
            critical.getOrDefault(hop, List.of())
                    .forEach(
                            segment -> fill(bar, segment.startEpochNanos(), segment.endEpochNanos(), strokes.critical));
            return new String(bar);
        }

        /** At least one column, so that what was short is seen. */
        private void fill(char[] bar, long from, long to, char stroke) {
            int first = Math.min(column(from), barWidth - 1);
            Arrays.fill(bar, first, Math.max(first + 1, column(to)), stroke);
        }

        private int column(long moment) {
            double share = duration == 0 ? 0 : (double) Saturated.subtract(moment, start) / duration;
            return (int) Math.max(0, Math.min(barWidth, Math.round(share * barWidth)));
        }

        private void legend() {
            if (path != null && !critical.isEmpty()) {
                line(strokes.critical + " critical path   " + strokes.running + " running");
            }
            legend("!", "failed", chain.hops().stream().anyMatch(ChainHop::failed));
            legend("?", "parent unknown, placed by time", has(Placement.BY_TIME));
            legend("?", "parent unknown", has(Placement.ORPHANED));
            legend("?", "its parents named each other in a circle", has(Placement.OUT_OF_CIRCLE));
            legend("@", "placed by its link", has(Placement.LINKED));
            legend("~", "clock corrected", chain.hops().stream().anyMatch(hop -> hop.clockOffsetNanos() != 0));
            chain.clockOffsets().forEach(offset -> line("  " + offset));
        }

        private void legend(String mark, String meaning, boolean used) {
            if (used) {
                line(mark + " " + meaning);
            }
        }

        private boolean has(Placement placement) {
            return chain.hops().stream().anyMatch(hop -> hop.placement() == placement);
        }
    }

    private static String marks(ChainHop hop) {
        String place = switch (hop.placement()) {
            case RECORDED -> "";
            case LINKED -> "@";
            case BY_TIME, ORPHANED, OUT_OF_CIRCLE -> "?";
        };
        return (hop.failed() ? "!" : "") + place + (hop.clockOffsetNanos() == 0 ? "" : "~");
    }

    private static String padLeft(String text) {
        return " ".repeat(Math.max(0, DURATION - text.length())) + text;
    }
}
