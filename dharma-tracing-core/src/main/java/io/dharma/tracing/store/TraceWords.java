package io.dharma.tracing.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The words in which the index knows a trace. Traces of one operation mostly have the same, and share them.
 *
 * <p>Bounded, since names may come from anywhere: what is too much is left out, and {@link #incomplete} says that spans
 * have to be asked.
 *
 * @param rootName of the span through which the trace entered this process; null if that has not come
 * @param rootService its service
 * @param names of all spans, each once
 * @param services of all spans, each once
 * @param kept why the trace was kept, each reason once
 * @param incomplete whether there are names or services that are not in the lists
 */
record TraceWords(
        @Nullable String rootName,
        @Nullable String rootService,
        List<String> names,
        List<String> services,
        List<String> kept,
        boolean incomplete) {

    static final TraceWords NONE = new TraceWords(null, null, List.of(), List.of(), List.of(), false);

    private static final int MAX_WORDS = 32;
    private static final int MAX_KEPT = 4;
    private static final int MAX_LENGTH = 256;

    /** An object, its lists and their arrays; and what each word adds. */
    private static final int OWN_BYTES = 160;

    private static final int WORD_BYTES = 56;

    static TraceWords of(
            @Nullable String rootName,
            @Nullable String rootService,
            List<String> names,
            List<String> services,
            List<String> kept) {
        List<String> shortNames = shortOnes(names, MAX_WORDS);
        List<String> shortServices = shortOnes(services, MAX_WORDS);
        boolean incomplete = shortNames.size() < names.size() || shortServices.size() < services.size();
        return new TraceWords(
                cut(rootName), cut(rootService), shortNames, shortServices, shortOnes(kept, MAX_KEPT), incomplete);
    }

    private static List<String> shortOnes(List<String> words, int limit) {
        return words.stream()
                .filter(word -> word.length() <= MAX_LENGTH)
                .limit(limit)
                .toList();
    }

    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
    }

    /**
     * The words of both.
     *
     * @param takeRoot whether the other's root is the one that counts
     */
    TraceWords plus(TraceWords other, boolean takeRoot) {
        boolean rootsAgree = !takeRoot || (same(rootName, other.rootName) && same(rootService, other.rootService));
        if (rootsAgree
                && incomplete == other.incomplete
                && names.containsAll(other.names)
                && services.containsAll(other.services)
                && kept.containsAll(other.kept)) {
            return this;
        }
        TraceWords sum = of(
                takeRoot ? other.rootName : rootName,
                takeRoot ? other.rootService : rootService,
                union(names, other.names),
                union(services, other.services),
                union(kept, other.kept));
        return incomplete || other.incomplete ? sum.butIncomplete() : sum;
    }

    private TraceWords butIncomplete() {
        return incomplete ? this : new TraceWords(rootName, rootService, names, services, kept, true);
    }

    private static List<String> union(List<String> some, List<String> more) {
        List<String> union = new ArrayList<>(some);
        for (String word : more) {
            if (!union.contains(word)) {
                union.add(word);
            }
        }
        return union;
    }

    private static boolean same(@Nullable String one, @Nullable String other) {
        return one == null ? other == null : one.equals(other);
    }

    /** What these hold of the heap, roughly. */
    int bytes() {
        int bytes = OWN_BYTES;
        for (List<String> words : List.of(names, services, kept)) {
            for (String word : words) {
                bytes += WORD_BYTES + 2 * word.length();
            }
        }
        return bytes;
    }

    /** By hand: what JDK 17 makes for a record keeps the record's class loader (JDK-8078641). */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TraceWords that
                && incomplete == that.incomplete
                && Objects.equals(rootName, that.rootName)
                && Objects.equals(rootService, that.rootService)
                && names.equals(that.names)
                && services.equals(that.services)
                && kept.equals(that.kept);
    }

    @Override
    public int hashCode() {
        return Objects.hash(rootName, rootService, names, services, kept, incomplete);
    }
}
