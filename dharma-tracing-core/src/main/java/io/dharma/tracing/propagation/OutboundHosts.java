package io.dharma.tracing.propagation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hosts to which correlation leaves with a request: the header, and the entries {@code dharma.*} of baggage. Other
 * hosts see neither: how a company's requests hang together is nobody else's business.
 *
 * <p>Hosts are compared as they are written, in any case, and never looked up: a name cannot become allowed by what
 * somebody makes it point to.
 *
 * <p>Immutable; any thread. A decision costs less than half a microsecond.
 */
public final class OutboundHosts {

    private static final OutboundHosts NONE = new OutboundHosts(List.of(), false);

    private static final OutboundHosts INTERNAL = new OutboundHosts(
            List.of(
                    "*.localhost",
                    "*.local",
                    "*.internal",
                    "127.0.0.0/8",
                    "10.0.0.0/8",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "::1",
                    "fc00::/7"),
            true);

    private final List<String> patterns;
    private final boolean bareNames;

    /** Read when first asked for, as the start of a service should not wait for what most never change. */
    private volatile @Nullable List<HostRule> rules;

    private OutboundHosts(List<String> patterns, boolean bareNames) {
        this.patterns = List.copyOf(patterns);
        this.bareNames = bareNames;
    }

    private List<HostRule> rules() {
        List<HostRule> known = rules;
        if (known == null) {
            known = patterns.stream().map(HostRule::of).toList();
            rules = known;
        }
        return known;
    }

    /** Now, so that a mistake shows where it was made. */
    private OutboundHosts checked() {
        List<HostRule> unused = rules();
        return this;
    }

    /** No host. */
    public static OutboundHosts none() {
        return NONE;
    }

    /**
     * What can only be one's own: names without a dot, such as a service has in Kubernetes or Compose, names under
     * {@code .localhost}, {@code .local} and {@code .internal}, and the addresses of loopback and of private networks.
     * The default.
     */
    public static OutboundHosts internal() {
        return INTERNAL;
    }

    /**
     * These hosts and no others.
     *
     * @param patterns each a name; {@code *.acme.com} for all names under it, at any depth, but not {@code acme.com}
     *     itself; an address; a network such as {@code 10.0.0.0/8}; or {@code *} for everything, also where the host is not
     *     known
     * @throws IllegalArgumentException if one is none of these
     */
    public static OutboundHosts of(List<String> patterns) {
        return patterns.isEmpty() ? NONE : new OutboundHosts(patterns, false).checked();
    }

    /**
     * These hosts and more.
     *
     * @param more as in {@link #of}
     * @throws IllegalArgumentException as in {@link #of}
     */
    public OutboundHosts and(List<String> more) {
        List<String> all = new ArrayList<>(patterns);
        all.addAll(more);
        return new OutboundHosts(all, bareNames).checked();
    }

    /**
     * Whether correlation may go there.
     *
     * @param host a name or an address, without a port; null if it is not known
     */
    boolean include(@Nullable String host) {
        if (patterns.contains("*")) {
            return true;
        }
        if (host == null || patterns.isEmpty()) {
            return false;
        }
        IpAddress address = IpAddress.ofPeer(host);
        if (address == null && !HostRule.isName(host)) {
            return false;
        }
        String name = HostRule.normalized(host);
        return (bareNames && address == null && isBareName(host))
                || rules().stream().anyMatch(rule -> rule.matches(name, address));
    }

    /**
     * With a letter first: {@code 134744072} is an address to many, and not one's own. A dot at the end makes a name one of
     * the whole world's, several of which have addresses: {@code ai.} has had one.
     */
    private static boolean isBareName(String host) {
        char first = host.charAt(0);
        boolean letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
        return letter && (host.indexOf('.') < 0 || host.equalsIgnoreCase("localhost."));
    }

    @Override
    public String toString() {
        return bareNames ? "names without a dot and " + patterns : patterns.toString();
    }
}
