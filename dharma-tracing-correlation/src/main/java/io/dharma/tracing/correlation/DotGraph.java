package io.dharma.tracing.correlation;

import io.dharma.tracing.spi.Printable;
import org.jspecify.annotations.Nullable;

/** {@link ChainRenderer#dot}. */
final class DotGraph implements ChainRenderer {

    private static final int LONGEST = 80;

    @Override
    public String render(RequestChain chain, @Nullable CriticalPath path) {
        StringBuilder out = new StringBuilder("digraph chain {\n");
        out.append("  charset=\"UTF-8\";\n  rankdir=LR;\n  label=\"")
                .append(escape(chain.correlationId()))
                .append("\";\n  node [shape=box];\n");
        chain.hops().forEach(hop -> appendNode(out, hop, path));
        chain.hops().forEach(hop -> appendEdge(out, hop, path));
        return out.append("}\n").toString();
    }

    private static void appendNode(StringBuilder out, ChainHop hop, @Nullable CriticalPath path) {
        out.append("  n").append(hop.index() + 1).append(" [label=\"");
        out.append(escape(hop.hop().service())).append("\\n");
        out.append(escape(hop.hop().operation())).append("\\n");
        out.append(Texts.duration(hop.durationNanos()));
        hop.hop().errorType().ifPresent(type -> out.append("\\n").append(escape(type)));
        out.append('"');
        if (path != null && path.contains(hop)) {
            out.append(", penwidth=3");
        }
        if (hop.failed()) {
            out.append(", color=red");
        }
        out.append("];\n");
    }

    private static void appendEdge(StringBuilder out, ChainHop hop, @Nullable CriticalPath path) {
        ChainHop parent = hop.up();
        if (parent == null) {
            return;
        }
        out.append("  n").append(parent.index() + 1).append(" -> n").append(hop.index() + 1);
        out.append(
                switch (hop.placement()) {
                    case BY_TIME -> " [style=dashed, label=\"by time\"]";
                    case LINKED -> " [style=dashed, label=\"link\"]";
                    default -> path != null && path.contains(hop) && path.contains(parent) ? " [penwidth=3]" : "";
                });
        out.append(";\n");
    }

    /** Within double quotes. Graphviz reads escapes and HTML's entities in a label. */
    private static String escape(String text) {
        return Printable.shorten(text, LONGEST)
                .replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("&", "&amp;");
    }
}
