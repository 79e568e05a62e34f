package io.dharma.tracing.internal.trace;

import io.dharma.tracing.spi.Printable;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes spans as text. */
public final class SpanPrinter {

    private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
    private static final AttributeKey<String> KEPT = AttributeKey.stringKey("dharma.sampling.kept");
    private static final AttributeKey<String> EXCEPTION_TYPE = AttributeKey.stringKey("exception.type");
    private static final AttributeKey<String> EXCEPTION_MESSAGE = AttributeKey.stringKey("exception.message");

    private static final int MAX_ATTRIBUTES = 8;
    private static final int MAX_VALUE = 80;
    private static final int MAX_NAME = 120;
    private static final int MAX_DEPTH = 40;
    private static final int NAME_COLUMN = 40;

    private static final String RED = "\u001b[31m";
    private static final String DIM = "\u001b[2m";
    private static final String BOLD = "\u001b[1m";
    private static final String RESET = "\u001b[0m";

    private final DateTimeFormatter time;
    private final boolean colors;
    private final Branches branches;

    public SpanPrinter(ZoneId zone, boolean colors, boolean unicode) {
        this.time = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(zone);
        this.colors = colors;
        this.branches = unicode ? Branches.DRAWN : Branches.ASCII;
    }

    /** The pieces of a tree, all of one width. */
    private record Branches(String fork, String last, String through, String none) {

        static final Branches DRAWN = new Branches("├─ ", "└─ ", "│  ", "   ");
        static final Branches ASCII = new Branches("|- ", "`- ", "|  ", "   ");
    }

    /** One span on one line. */
    public void line(StringBuilder out, SpanData span) {
        out.append(time(span)).append(' ').append(service(span)).append(' ');
        out.append(color(BOLD, name(span))).append(' ').append(duration(span));
        appendDetails(out, span);
        appendKept(out, span);
        out.append(color(DIM, "  trace=" + span.getTraceId() + " span=" + span.getSpanId()))
                .append('\n');
    }

    /** A heading, and under it the spans as they called each other. */
    public void tree(StringBuilder out, SpanTree tree) {
        List<SpanData> roots = tree.roots();
        SpanData first = roots.isEmpty() ? tree.spans().get(0) : roots.get(0);
        out.append(color(BOLD, "trace " + tree.traceId()))
                .append("  ")
                .append(time(first))
                .append("  ");
        out.append(service(first)).append("  ").append(count(tree.spans().size()));
        if (!tree.complete()) {
            out.append(color(DIM, "  (incomplete: its first span has not ended, or was not kept)"));
        }
        appendKept(out, first);
        out.append('\n');
        Walk walk = new Walk(out, tree.children());
        walk.siblings(roots.isEmpty() ? List.of(first) : roots, "", 0);
        out.append('\n');
    }

    private static String count(int spans) {
        return spans == 1 ? "1 span" : spans + " spans";
    }

    /** One tree being printed. Remembers what it printed, so that spans which call each other in a circle end. */
    private final class Walk {

        private final StringBuilder out;
        private final Map<String, List<SpanData>> children;
        private final Set<String> printed = new HashSet<>();

        Walk(StringBuilder out, Map<String, List<SpanData>> children) {
            this.out = out;
            this.children = children;
        }

        void siblings(List<SpanData> spans, String indent, int depth) {
            for (int i = 0; i < spans.size(); i++) {
                boolean last = i == spans.size() - 1;
                span(spans.get(i), indent, last ? branches.last() : branches.fork(), last, depth);
            }
        }

        private void span(SpanData span, String indent, String branch, boolean last, int depth) {
            if (!printed.add(span.getSpanId())) {
                return;
            }
            String below = indent + (last ? branches.none() : branches.through());
            String name = indent + branch + name(span);
            out.append(color(DIM, indent + branch)).append(name(span)).append(padding(name));
            out.append(' ').append(duration(span));
            appendDetails(out, span);
            out.append('\n');
            List<SpanData> called = children.getOrDefault(span.getSpanId(), List.of());
            if (depth < MAX_DEPTH) {
                siblings(called, below, depth + 1);
            } else if (!called.isEmpty()) {
                out.append(below).append(branches.last()).append("... deeper calls are not shown\n");
            }
        }
    }

    private static String padding(String printed) {
        return " ".repeat(Math.max(0, NAME_COLUMN - printed.length()));
    }

    private void appendDetails(StringBuilder out, SpanData span) {
        if (span.getStatus().getStatusCode() == StatusCode.ERROR) {
            out.append("  ").append(color(RED, failure(span)));
        }
        if (span.getKind() != SpanKind.INTERNAL) {
            out.append("  [")
                    .append(span.getKind().name().toLowerCase(Locale.ROOT))
                    .append(']');
        }
        appendAttributes(out, span.getAttributes());
    }

    private static String failure(SpanData span) {
        String exception = exception(span);
        String description = span.getStatus().getDescription();
        String reason = exception != null ? exception : Printable.shorten(description, MAX_VALUE);
        return reason.isEmpty() ? "ERROR" : "ERROR " + reason;
    }

    private static @Nullable String exception(SpanData span) {
        for (EventData event : span.getEvents()) {
            String type = event.getAttributes().get(EXCEPTION_TYPE);
            if (type != null) {
                String message = event.getAttributes().get(EXCEPTION_MESSAGE);
                return Printable.shorten(type, MAX_NAME)
                        + (message == null ? "" : ": " + Printable.shorten(message, MAX_VALUE));
            }
        }
        return null;
    }

    private void appendAttributes(StringBuilder out, Attributes attributes) {
        int[] shown = {0};
        attributes.forEach((key, value) -> {
            if (!key.getKey().equals(KEPT.getKey()) && shown[0]++ < MAX_ATTRIBUTES) {
                out.append("  ").append(color(DIM, Printable.shorten(key.getKey(), MAX_VALUE) + "="));
                out.append(value(value));
            }
        });
        if (shown[0] > MAX_ATTRIBUTES) {
            out.append("  (+").append(shown[0] - MAX_ATTRIBUTES).append(" more)");
        }
    }

    private static String value(Object value) {
        String text = value instanceof Value<?> structured ? structured.asString() : value.toString();
        return Printable.shorten(text, MAX_VALUE);
    }

    private static void appendKept(StringBuilder out, SpanData span) {
        String reason = span.getAttributes().get(KEPT);
        if (reason != null) {
            out.append("  (kept: ").append(Printable.shorten(reason, MAX_VALUE)).append(')');
        }
    }

    private String time(SpanData span) {
        long nanos = span.getStartEpochNanos();
        return time.format(Instant.ofEpochSecond(0, nanos));
    }

    private static String service(SpanData span) {
        String service = span.getResource().getAttribute(SERVICE);
        return service == null ? "unknown_service" : Printable.shorten(service, MAX_NAME);
    }

    private static String name(SpanData span) {
        return Printable.shorten(span.getName(), MAX_NAME);
    }

    private static String duration(SpanData span) {
        return duration(Math.max(0, span.getEndEpochNanos() - span.getStartEpochNanos()));
    }

    /** Three digits, in the unit in which people say it. */
    public static String duration(long nanos) {
        if (nanos < 1_000_000) {
            return threeDigits(nanos / 1e3) + " us";
        }
        return nanos < 1_000_000_000 ? threeDigits(nanos / 1e6) + " ms" : threeDigits(nanos / 1e9) + " s";
    }

    private static String threeDigits(double value) {
        String format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }

    private String color(String code, String text) {
        return colors ? code + text + RESET : text;
    }
}
