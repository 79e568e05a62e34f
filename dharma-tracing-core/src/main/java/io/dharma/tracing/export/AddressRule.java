package io.dharma.tracing.export;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Which addresses a host's name may lead to. Whoever may choose the name could choose what is not theirs to reach. */
enum AddressRule {
    /** Any. */
    ANY("") {
        @Override
        boolean allows(InetAddress address) {
            return true;
        }
    },
    /** None of this machine's own link, such as 169.254.169.254, where clouds serve their credentials. */
    NOT_LINK_LOCAL("link-local") {
        @Override
        boolean allows(InetAddress address) {
            return !address.isLinkLocalAddress();
        }
    },
    /** None of this machine, its link, or a private network. */
    PUBLIC("not public") {
        @Override
        boolean allows(InetAddress address) {
            return isPublic(address);
        }
    };

    private final String refused;

    AddressRule(String refused) {
        this.refused = refused;
    }

    abstract boolean allows(InetAddress address);

    /** What those are that it does not allow. */
    String refused() {
        return refused;
    }

    private static boolean isPublic(InetAddress address) {
        return !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isSiteLocalAddress()
                && !address.isMulticastAddress()
                && (address instanceof Inet4Address
                        ? isPublicV4(address.getAddress())
                        : isPublicV6(address.getAddress()));
    }

    /** What Java has no question for: "this network", what carriers share, what the IETF reserved. */
    private static boolean isPublicV4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        boolean isShared = first == 100 && second >= 64 && second < 128;
        boolean isForProtocols = first == 192 && second == 0 && bytes[2] == 0;
        return first != 0 && first < 240 && !isShared && !isForProtocols;
    }

    /** Unique local addresses are not; one that a gateway translates (64:ff9b::/96) is what it is translated to. */
    private static boolean isPublicV6(byte[] bytes) {
        boolean isUniqueLocal = (bytes[0] & 0xfe) == 0xfc;
        return !isUniqueLocal && (!isTranslated(bytes) || isPublic(translated(bytes)));
    }

    private static boolean isTranslated(byte[] bytes) {
        byte[] prefix = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
        return Arrays.equals(prefix, Arrays.copyOf(bytes, prefix.length));
    }

    private static InetAddress translated(byte[] bytes) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
