package io.dharma.tracing.propagation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An address as text, read without asking anybody: the JDK's own {@code InetAddress.getByName} looks a name up when the
 * text turns out to be one, and takes {@code 127.1} and {@code 010.0.0.1} for addresses, which others read differently.
 *
 * <p>An IPv4 address within IPv6, {@code ::ffff:10.0.0.1}, is that IPv4 address: a server that listens on both reports
 * its callers so.
 */
final class IpAddress {

    static final int V4_BYTES = 4;
    static final int V6_BYTES = 16;

    /** Of the longest address, in brackets and with an IPv4 address at its end; a zone comes on top. */
    private static final int LONGEST = 47;

    private static final int LONGEST_ZONE = 64;
    private static final int GROUP_BYTES = 2;
    private static final byte[] MAPPED_PREFIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private final byte[] bytes;

    private IpAddress(byte[] bytes) {
        this.bytes = bytes;
    }

    /** As servers report callers: also in brackets, and with a zone, {@code fe80::1%eth0}, which is left away. */
    static @Nullable IpAddress ofPeer(@Nullable String text) {
        if (text == null || text.length() > LONGEST + LONGEST_ZONE) {
            return null;
        }
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String inside = bracketed ? text.substring(1, text.length() - 1) : text;
        int zone = inside.indexOf('%');
        String address = zone < 0 ? inside : inside.substring(0, zone);
        boolean mustBeV6 = bracketed || zone >= 0;
        return mustBeV6 && address.indexOf(':') < 0 ? null : of(address);
    }

    /** Null if the text is no address. */
    static @Nullable IpAddress of(String text) {
        byte[] bytes = bytesOf(text);
        return bytes == null ? null : new IpAddress(isMapped(bytes) ? lastFour(bytes) : bytes);
    }

    /** As the text has it: an IPv4 address within IPv6 has 16. */
    static byte @Nullable [] bytesOf(String text) {
        if (text.length() > LONGEST) {
            return null;
        }
        return text.indexOf(':') < 0 ? v4(text) : v6(text);
    }

    static boolean isMapped(byte[] bytes) {
        return bytes.length == V6_BYTES
                && Arrays.equals(bytes, 0, MAPPED_PREFIX.length, MAPPED_PREFIX, 0, MAPPED_PREFIX.length);
    }

    static byte[] lastFour(byte[] bytes) {
        return Arrays.copyOfRange(bytes, bytes.length - V4_BYTES, bytes.length);
    }

    private static byte @Nullable [] v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != V4_BYTES) {
            return null;
        }
        byte[] bytes = new byte[V4_BYTES];
        for (int i = 0; i < V4_BYTES; i++) {
            int value = decimal(parts[i]);
            if (value < 0) {
                return null;
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }

    /** 0 to 255 without a leading zero, which some read as octal; else -1. */
    private static int decimal(String part) {
        if (part.isEmpty() || part.length() > 3 || (part.length() > 1 && part.charAt(0) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = 10 * value + c - '0';
        }
        return value <= 255 ? value : -1;
    }

    private static byte @Nullable [] v6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] all = groups(text, true);
            return all != null && all.length == V6_BYTES ? all : null;
        }
        if (text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        byte[] head = groups(text.substring(0, gap), false);
        byte[] tail = groups(text.substring(gap + 2), true);
        // The gap stands for at least one group.
        if (head == null || tail == null || head.length + tail.length > V6_BYTES - GROUP_BYTES) {
            return null;
        }
        byte[] bytes = Arrays.copyOf(head, V6_BYTES);
        System.arraycopy(tail, 0, bytes, V6_BYTES - tail.length, tail.length);
        return bytes;
    }

    /** Groups of hex digits between colons; null if there is anything else, or more than an address has. */
    private static byte @Nullable [] groups(String text, boolean mayEndInV4) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        byte[] bytes = new byte[V6_BYTES];
        int length = 0;
        String[] groups = text.split(":", -1);
        for (int i = 0; i < groups.length; i++) {
            boolean isV4 = mayEndInV4 && i == groups.length - 1 && groups[i].indexOf('.') >= 0;
            byte[] group = isV4 ? v4(groups[i]) : group(groups[i]);
            if (group == null || length + group.length > V6_BYTES) {
                return null;
            }
            System.arraycopy(group, 0, bytes, length, group.length);
            length += group.length;
        }
        return Arrays.copyOf(bytes, length);
    }

    private static byte @Nullable [] group(String digits) {
        if (digits.isEmpty() || digits.length() > 4) {
            return null;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            // Of digits, Character knows also those that are not ASCII.
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return null;
            }
            value = 16 * value + digit;
        }
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    byte[] bytes() {
        return bytes;
    }
}
