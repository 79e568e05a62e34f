package io.dharma.tracing.correlation;

import org.jspecify.annotations.Nullable;

/**
 * Draws a chain. What is drawn may be shown, pasted or sent anywhere: names that came from outside are escaped by the
 * rules of the form that is drawn, so that they can neither end it nor command a terminal. Those that are made here are
 * immutable, for any thread, and take time in proportion to the number of hops.
 */
@FunctionalInterface
public interface ChainRenderer {

    /**
     * Draws this chain.
     *
     * @param chain any, even one without hops
     * @param path what to mark as critical; null for nothing
     */
    String render(RequestChain chain, @Nullable CriticalPath path);

    /** Draws this chain with its own critical path. */
    default String render(RequestChain chain) {
        return render(chain, chain.criticalPath().orElse(null));
    }

    /**
     * A waterfall for a terminal: a line for each hop, with a bar of when it ran, and in that the critical path.
     *
     * @param width in how many columns, at least 40; no line is longer
     * @throws IllegalArgumentException if that is less than 40
     */
    static ChainRenderer text(int width) {
        return new TextWaterfall(width, TextWaterfall.Strokes.DRAWN);
    }

    /**
     * {@link #text} for a terminal that only knows ASCII; names from outside are the only thing in it that may not be.
     *
     * @param width in how many columns, at least 40; no line is longer
     * @throws IllegalArgumentException if that is less than 40
     */
    static ChainRenderer plainText(int width) {
        return new TextWaterfall(width, TextWaterfall.Strokes.ASCII);
    }

    /**
     * A Mermaid sequence diagram of the calls between services, which GitHub, GitLab and many wikis show. Of large chains
     * the part that matters most, since Mermaid refuses more than 50,000 characters: the critical path, what failed, what
     * took longest. A note says how many hops are left out.
     */
    static ChainRenderer mermaidSequence() {
        return new MermaidSequence();
    }

    /** A Mermaid flowchart of all hops, critical path in bold; of large chains a part, as in {@link #mermaidSequence}. */
    static ChainRenderer mermaidFlowchart() {
        return new MermaidFlowchart();
    }

    /** A graph of all hops for Graphviz: {@code dot -Tsvg}. */
    static ChainRenderer dot() {
        return new DotGraph();
    }

    /**
     * All that is known of the chain, as one JSON object on one line, in ASCII. Times since 1970 are strings of
     * nanoseconds, which JSON's readers would round; durations are numbers.
     */
    static ChainRenderer json() {
        return new JsonChain();
    }
}
