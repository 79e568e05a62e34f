package io.dharma.tracing.correlation;

import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link ChainRenderer#mermaidSequence}. Calls in the order of the tree, an answer after all that the call led to: what
 * ran at once stands one below the other, and activations always close.
 */
final class MermaidSequence implements ChainRenderer {

    private static final String CALLER = "caller";

    @Override
    public String render(RequestChain chain, @Nullable CriticalPath path) {
        return MermaidText.largest(limit -> new Drawing(ShownHops.of(chain, path, limit), path).draw());
    }

    private static final class Drawing {

        private final StringBuilder out = new StringBuilder("sequenceDiagram\n");
        private final ShownHops shown;
        private final @Nullable CriticalPath path;
        private final Map<String, String> participants = new LinkedHashMap<>();

        /** Calls that a hop in another service answers to; the arrow to that one says it all. */
        private final Set<ChainHop> answered = new HashSet<>();

        private final Deque<ChainHop> unanswered = new ArrayDeque<>();

        Drawing(ShownHops shown, @Nullable CriticalPath path) {
            this.shown = shown;
            this.path = path;
        }

        String draw() {
            List<ChainHop> hops = shown.inOrder();
            participants(hops);
            for (ChainHop hop : hops) {
                answerUpTo(hop.depth());
                call(hop);
                unanswered.push(hop);
            }
            answerUpTo(0);
            if (shown.leftOut() > 0) {
                line("Note over s1: " + MermaidText.leftOut(shown.leftOut()));
            }
            return out.toString();
        }

        private void line(String text) {
            out.append("    ").append(text).append('\n');
        }

        private void participants(List<ChainHop> hops) {
            if (hops.stream().anyMatch(Drawing::comesFromOutside)) {
                line("actor " + CALLER);
            }
            if (hops.isEmpty()) {
                line("participant s1 as no hops");
            }
            for (ChainHop hop : hops) {
                String service = hop.hop().service();
                if (participants.putIfAbsent(service, "s" + (participants.size() + 1)) == null) {
                    line("participant " + participants.get(service) + " as " + MermaidText.escape(service));
                }
                ChainHop parent = hop.up();
                if (parent != null && isOutgoing(parent) && !isWithin(hop)) {
                    answered.add(parent);
                }
            }
        }

        private static boolean comesFromOutside(ChainHop hop) {
            return hop.up() == null && hop.hop().kind() == SpanKind.SERVER;
        }

        private static boolean isOutgoing(ChainHop hop) {
            return hop.hop().kind() == SpanKind.CLIENT || hop.hop().kind() == SpanKind.PRODUCER;
        }

        /** Whether it is a step of the service that its parent is in. */
        private static boolean isWithin(ChainHop hop) {
            ChainHop parent = hop.up();
            return parent == null
                    ? !comesFromOutside(hop)
                    : parent.hop().service().equals(hop.hop().service()) && !isOutgoing(parent);
        }

        private static boolean isMessage(ChainHop hop) {
            return hop.hop().kind() == SpanKind.CONSUMER;
        }

        private String participant(ChainHop hop) {
            return participants.getOrDefault(hop.hop().service(), "s1");
        }

        private String from(ChainHop hop) {
            ChainHop parent = hop.up();
            return parent == null ? CALLER : participant(parent);
        }

        private void call(ChainHop hop) {
            String to = participant(hop);
            String operation = MermaidText.escape(hop.hop().operation());
            if (isWithin(hop)) {
                if (!answered.contains(hop)) {
                    line(to + (hop.failed() ? "-x" : "->>") + to + ": " + operation + " " + result(hop));
                }
            } else if (isMessage(hop)) {
                line(from(hop) + (hop.failed() ? "-x" : "-)") + to + ": " + operation + " " + result(hop));
            } else {
                line(from(hop) + "->>+" + to + ": " + operation);
            }
        }

        private void answerUpTo(int depth) {
            while (!unanswered.isEmpty() && unanswered.getFirst().depth() >= depth) {
                ChainHop hop = unanswered.pop();
                if (!isWithin(hop) && !isMessage(hop)) {
                    String arrow = hop.failed() ? "--x-" : "-->>-";
                    line(participant(hop) + arrow + from(hop) + ": " + result(hop));
                }
            }
        }

        private String result(ChainHop hop) {
            String failure = hop.hop()
                    .errorType()
                    .map(type -> " " + MermaidText.escape(type))
                    .orElse("");
            return "(" + Texts.duration(hop.durationNanos())
                    + (hop.failed() ? ", failed" + failure : "")
                    + (path != null && path.contains(hop) ? ", critical" : "")
                    + ")";
        }
    }
}
