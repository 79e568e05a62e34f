package io.dharma.tracing.correlation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one request did: all hops of a correlation id, across processes, as a tree. Immutable; any thread.
 *
 * <p>Takes hops as they come, in any order, with pieces missing, several times, or with clocks that disagree:
 *
 * <ul>
 *   <li>Of several hops of one id the one that ended last counts; of those the one that failed.
 *   <li>A hop whose parent is not there hangs under the hop of its trace that it happened within, and
 *       {@link ChainHop#placement()} says so. One that began its trace hangs under the hop that it has a link to.
 *   <li>A hop in another service that seems to begin before its caller, or to end noticeably after it, has a clock of its
 *       own. The offset of each service's clock is estimated from all calls together, after the way NTP does it: a call
 *       bounds the offset from both sides, since the callee's work lies within the caller's. One offset that satisfies
 *       all calls is taken, the middle of what is possible; see {@link #clockOffsets()}. Hops that fit are left alone,
 *       and the clock of the root's service is taken to be right.
 *   <li>Hops that name each other as parents in a circle become a tree with the earliest of them on top.
 * </ul>
 *
 * <p>Ten thousand hops take some 50 ms, and depth costs no stack.
 */
public final class RequestChain {

    private final String correlationId;
    private final List<ChainHop> hops;
    private final List<ChainHop> roots;
    private final Map<HopId, ChainHop> byId;
    private final List<ClockOffset> clockOffsets;
    private final List<WaitEdge> waitEdges;
    private final Map<ChainHop, List<ChainHop>> awaited;
    private final Set<String> tracesWithGaps;
    private final int replays;

    private RequestChain(String correlationId, ChainAssembly assembly) {
        this.correlationId = correlationId;
        this.hops = List.copyOf(assembly.inOrder());
        this.roots = hops.stream().filter(hop -> hop.up() == null).toList();
        this.byId = new HashMap<>(hops.size() * 2);
        hops.forEach(hop -> byId.put(hop.hop().id(), hop));
        this.clockOffsets = assembly.clockOffsets();
        this.waitEdges = List.of();
        this.awaited = Map.of();
        this.tracesWithGaps = roots.stream()
                .filter(root -> root.placement() == Placement.ORPHANED)
                .map(root -> root.hop().traceId())
                .collect(Collectors.toSet());
        this.replays = assembly.replays();
    }

    private RequestChain(RequestChain chain, Set<WaitEdge> waitEdges) {
        this.correlationId = chain.correlationId;
        this.hops = chain.hops;
        this.roots = chain.roots;
        this.byId = chain.byId;
        this.clockOffsets = chain.clockOffsets;
        this.waitEdges = List.copyOf(waitEdges);
        this.awaited = new HashMap<>();
        waitEdges.forEach(this::connect);
        this.tracesWithGaps = chain.tracesWithGaps;
        this.replays = chain.replays;
    }

    private void connect(WaitEdge edge) {
        ChainHop waiter = byId.get(edge.waiter());
        ChainHop other = byId.get(edge.awaited());
        // Nobody waits for what called it: such an edge says nothing.
        if (waiter != null && other != null && !waiter.isUnder(other)) {
            awaited.computeIfAbsent(waiter, hop -> new ArrayList<>(2)).add(other);
        }
    }

    /**
     * The chain of these hops.
     *
     * @param correlationId what they have in common
     * @param hops in any order
     */
    public static RequestChain of(String correlationId, Collection<Hop> hops) {
        return of(correlationId, hops, List.of());
    }

    /**
     * The chain of these hops, where it is known who waited for whom.
     *
     * @param correlationId what they have in common
     * @param hops in any order
     * @param waitEdges in any order. Those that name hops which are not there are ignored
     */
    public static RequestChain of(String correlationId, Collection<Hop> hops, Collection<WaitEdge> waitEdges) {
        Objects.requireNonNull(correlationId, "correlationId");
        return new RequestChain(correlationId, new ChainAssembly(hops)).withWaitEdges(waitEdges);
    }

    /**
     * The same hops, with further knowledge about who waited for whom. Hops that are nested in what called them need none:
     * see {@link Hop#nested}. Takes time in proportion to the number of edges.
     *
     * @param further in any order, in addition to the edges that are known. Those that name hops which are not there are
     *     ignored
     */
    public RequestChain withWaitEdges(Collection<WaitEdge> further) {
        if (further.isEmpty()) {
            return this;
        }
        Set<WaitEdge> all = new LinkedHashSet<>(waitEdges);
        all.addAll(further);
        return new RequestChain(this, all);
    }

    /** What its hops have in common. As it came: escape it before you print it. */
    public String correlationId() {
        return correlationId;
    }

    /** All hops, each before what hangs under it, siblings by begin. */
    public List<ChainHop> hops() {
        return hops;
    }

    /** The hops that hang under no other, by begin. */
    public List<ChainHop> roots() {
        return roots;
    }

    /**
     * Where it began: the first root that called itself one, or the first of all if none did. Empty for a chain without
     * hops.
     */
    public Optional<ChainHop> root() {
        return roots.stream()
                .filter(root -> root.placement() == Placement.RECORDED)
                .findFirst()
                .or(() -> roots.stream().findFirst());
    }

    /** This hop in its place. */
    public Optional<ChainHop> find(HopId id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The services that took part, in the order of {@link #hops()}. */
    public Set<String> services() {
        Set<String> services = new LinkedHashSet<>();
        hops.forEach(hop -> services.add(hop.hop().service()));
        return services;
    }

    /** Whose clocks were corrected, against whose, by how much. Empty where all times fit. */
    public List<ClockOffset> clockOffsets() {
        return clockOffsets;
    }

    /** Who is known to have waited for whom. */
    public List<WaitEdge> waitEdges() {
        return waitEdges;
    }

    /** What a hop is known to have waited for, other than what holds its parent up by itself; often empty. */
    List<ChainHop> awaitedBy(ChainHop waiter) {
        return awaited.getOrDefault(waiter, List.of());
    }

    /** Whether hops of that trace are known to be missing, and nobody knows where. */
    boolean hasGaps(String traceId) {
        return tracesWithGaps.contains(traceId);
    }

    /** How many hops came although one of the same id was there. */
    public int replays() {
        return replays;
    }

    /** Whether no hop is at a place, or out of one, for want of its parent. */
    public boolean isComplete() {
        return hops.stream()
                .map(ChainHop::placement)
                .allMatch(placement -> placement == Placement.RECORDED || placement == Placement.LINKED);
    }

    /** When its first hop began, by corrected clocks, in nanoseconds since 1970; 0 for a chain without hops. */
    public long startEpochNanos() {
        return hops.stream().mapToLong(ChainHop::startEpochNanos).min().orElse(0);
    }

    /** When its last hop ended, by corrected clocks, in nanoseconds since 1970; 0 for a chain without hops. */
    public long endEpochNanos() {
        return hops.stream().mapToLong(ChainHop::endEpochNanos).max().orElse(0);
    }

    /** From the first begin to the last end. */
    public long durationNanos() {
        return Saturated.subtract(endEpochNanos(), startEpochNanos());
    }

    /** How many hops failed. */
    public long failures() {
        return hops.stream().filter(ChainHop::failed).count();
    }

    /** What its {@link #root} spent its time on; empty for a chain without hops. */
    public Optional<CriticalPath> criticalPath() {
        return root().map(root -> CriticalPath.of(this, root));
    }

    /** What differs in a later chain of the same kind. */
    public ChainDiff diff(RequestChain later) {
        return ChainDiff.between(this, later);
    }

    /** A waterfall of 100 columns. */
    @Override
    public String toString() {
        return ChainRenderer.text(100).render(this);
    }
}
