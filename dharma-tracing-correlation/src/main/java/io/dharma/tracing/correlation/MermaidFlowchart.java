package io.dharma.tracing.correlation;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link ChainRenderer#mermaidFlowchart}. */
final class MermaidFlowchart implements ChainRenderer {

    @Override
    public String render(RequestChain chain, @Nullable CriticalPath path) {
        return MermaidText.largest(limit -> draw(ShownHops.of(chain, path, limit), path));
    }

    private static String draw(ShownHops shown, @Nullable CriticalPath path) {
        StringBuilder out = new StringBuilder("flowchart LR\n");
        Map<ChainHop, String> names = new HashMap<>();
        for (ChainHop hop : shown.inOrder()) {
            names.put(hop, "n" + (names.size() + 1));
            out.append("    ")
                    .append(names.get(hop))
                    .append("[\"")
                    .append(label(hop))
                    .append("\"]");
            out.append(style(hop, path)).append('\n');
        }
        shown.inOrder().forEach(hop -> appendEdge(out, hop, path, names));
        if (shown.leftOut() > 0 || names.isEmpty()) {
            String note = names.isEmpty() ? "no hops" : MermaidText.leftOut(shown.leftOut());
            out.append("    note[\"").append(note).append("\"]\n");
        }
        return out.append("    classDef critical stroke-width:4px\n")
                .append("    classDef failed stroke:#d00,stroke-width:2px\n")
                .append("    classDef criticalFailed stroke:#d00,stroke-width:4px\n")
                .toString();
    }

    private static String label(ChainHop hop) {
        return MermaidText.escape(hop.hop().service()) + "<br/>"
                + MermaidText.escape(hop.hop().operation()) + "<br/>"
                + Texts.duration(hop.durationNanos())
                + hop.hop()
                        .errorType()
                        .map(type -> "<br/>" + MermaidText.escape(type))
                        .orElse("");
    }

    private static String style(ChainHop hop, @Nullable CriticalPath path) {
        boolean critical = path != null && path.contains(hop);
        if (critical) {
            return hop.failed() ? ":::criticalFailed" : ":::critical";
        }
        return hop.failed() ? ":::failed" : "";
    }

    private static void appendEdge(
            StringBuilder out, ChainHop hop, @Nullable CriticalPath path, Map<ChainHop, String> names) {
        ChainHop parent = hop.up();
        if (parent == null) {
            return;
        }
        String arrow = switch (hop.placement()) {
            case BY_TIME -> " -. by time .-> ";
            case LINKED -> " -. link .-> ";
            default -> path != null && path.contains(hop) && path.contains(parent) ? " ==> " : " --> ";
        };
        out.append("    ")
                .append(names.get(parent))
                .append(arrow)
                .append(names.get(hop))
                .append('\n');
    }
}
