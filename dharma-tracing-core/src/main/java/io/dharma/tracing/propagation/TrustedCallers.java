package io.dharma.tracing.propagation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose correlation ids are taken over.
 *
 * <p>An id is not a secret, and taking one over gives its sender no rights. What a stranger can do with it is to have
 * requests appear in a chain that they are no part of. Where that matters, trust networks.
 *
 * <p>Immutable; any thread. A decision costs nothing, or for networks the reading of an address, some 300 ns.
 */
public final class TrustedCallers {

    private static final TrustedCallers ANYONE = new TrustedCallers(null);
    private static final TrustedCallers NOBODY = new TrustedCallers(List.of());

    /** Null for all. */
    private final @Nullable List<IpNetwork> networks;

    private TrustedCallers(@Nullable List<IpNetwork> networks) {
        this.networks = networks;
    }

    /** Every id that keeps to the rules is taken, whoever sends it: VALID. The default. */
    public static TrustedCallers anyone() {
        return ANYONE;
    }

    /** No id of any caller is taken: NEVER. For the outermost service, where callers are the whole world. */
    public static TrustedCallers nobody() {
        return NOBODY;
    }

    /**
     * Ids are taken from callers whose connection comes from one of these networks: NETWORKS. It is the connection that
     * counts and no {@code X-Forwarded-For}, which anybody can write. Who calls is told by an {@link AddressedGetter};
     * where it is not known, nothing is taken.
     *
     * @param networks at least one, such as {@code 10.0.0.0/8}, {@code fd00::/8} or {@code 192.0.2.7}
     * @throws IllegalArgumentException if there is none, or one is no network
     */
    public static TrustedCallers inNetworks(List<String> networks) {
        if (networks.isEmpty()) {
            throw new IllegalArgumentException("no networks given, name at least one, such as 10.0.0.0/8");
        }
        return new TrustedCallers(networks.stream().map(IpNetwork::of).toList());
    }

    /**
     * Whether an id that this caller sends may be taken.
     *
     * @param address of the caller, as text; null if it is not known
     */
    boolean include(@Nullable String address) {
        List<IpNetwork> trusted = networks;
        if (trusted == null || trusted.isEmpty()) {
            return trusted == null;
        }
        IpAddress caller = IpAddress.ofPeer(address);
        return caller != null && trusted.stream().anyMatch(network -> network.contains(caller));
    }

    boolean dependOnAddress() {
        return networks != null && !networks.isEmpty();
    }

    @Override
    public String toString() {
        if (networks == null) {
            return "VALID";
        }
        return networks.isEmpty() ? "NEVER" : "NETWORKS " + networks;
    }
}
