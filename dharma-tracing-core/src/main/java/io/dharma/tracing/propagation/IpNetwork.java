package io.dharma.tracing.propagation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A network in CIDR notation, {@code 10.0.0.0/8} or {@code fd00::/8}, or a single address. A network of IPv6 contains no
 * addresses of IPv4, unless it is written as one of theirs: {@code ::ffff:10.0.0.0/104}.
 */
final class IpNetwork {

    private static final int MAPPED_BITS = 8 * (IpAddress.V6_BYTES - IpAddress.V4_BYTES);

    private final String text;
    private final byte[] first;
    private final int prefix;

    private IpNetwork(String text, byte[] first, int prefix) {
        this.text = text;
        this.first = first;
        this.prefix = prefix;
    }

    /**
     * Reads a network.
     *
     * @throws IllegalArgumentException if it is none, or its address has bits behind the prefix: whoever writes {@code
     *     10.1.2.3/8} has one of the two wrong
     */
    static IpNetwork of(String text) {
        IpNetwork network = parse(text);
        if (network == null) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no network, must be like 10.0.0.0/8, fd00::/8 or 192.0.2.7");
        }
        if (!Arrays.equals(network.first, masked(network.first, network.prefix))) {
            throw new IllegalArgumentException("'" + text + "' has bits set behind the first "
                    + text.substring(text.indexOf('/') + 1) + ", must be the first address of the network");
        }
        return network;
    }

    private static @Nullable IpNetwork parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = IpAddress.bytesOf(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int prefix = slash < 0 ? 8 * address.length : prefix(text.substring(slash + 1), 8 * address.length);
        if (prefix < 0) {
            return null;
        }
        return IpAddress.isMapped(address) && prefix >= MAPPED_BITS
                ? new IpNetwork(text, IpAddress.lastFour(address), prefix - MAPPED_BITS)
                : new IpNetwork(text, address, prefix);
    }

    /** The number of leading bits; -1 if the text is none, or has a sign or a leading zero. */
    private static int prefix(String digits, int longest) {
        if (!digits.matches("0|[1-9][0-9]{0,2}")) {
            return -1;
        }
        int prefix = Integer.parseInt(digits);
        return prefix <= longest ? prefix : -1;
    }

    private static byte[] masked(byte[] address, int prefix) {
        byte[] masked = address.clone();
        for (int bit = prefix; bit < 8 * masked.length; bit++) {
            masked[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return masked;
    }

    boolean contains(IpAddress address) {
        byte[] bytes = address.bytes();
        int whole = prefix / 8;
        if (bytes.length != first.length || !Arrays.equals(bytes, 0, whole, first, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || (bytes[whole] ^ first[whole]) >> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
