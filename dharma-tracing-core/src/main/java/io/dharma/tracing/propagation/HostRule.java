package io.dharma.tracing.propagation;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One line of a list of hosts. */
interface HostRule {

    /**
     * Whether the host is meant.
     *
     * @param name in lower case, without the dot at the end
     * @param address the same, if it is an address and no name
     */
    boolean matches(String name, @Nullable IpAddress address);

    /**
     * Reads a rule.
     *
     * @throws IllegalArgumentException if it is neither a name, {@code *.} and a name, {@code *}, nor a network
     */
    static HostRule of(String pattern) {
        if (pattern.equals("*")) {
            return (name, address) -> true;
        }
        if (pattern.startsWith("*.") && isName(pattern.substring(2))) {
            String suffix = normalized(pattern.substring(1));
            return (name, address) -> address == null && name.length() > suffix.length() && name.endsWith(suffix);
        }
        if (looksLikeNetwork(pattern)) {
            IpNetwork network = IpNetwork.of(unbracketed(pattern));
            return (name, address) -> address != null && network.contains(address);
        }
        if (!isName(pattern)) {
            throw new IllegalArgumentException(
                    "'" + pattern
                            + "' is no host, must be a name, '*.' and a name, an address, a network such as 10.0.0.0/8, or '*'");
        }
        String exact = normalized(pattern);
        return (name, address) -> name.equals(exact);
    }

    private static boolean looksLikeNetwork(String pattern) {
        String bare = unbracketed(pattern);
        int slash = bare.indexOf('/');
        return IpAddress.bytesOf(slash < 0 ? bare : bare.substring(0, slash)) != null;
    }

    static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    /** A name of ASCII; checked before its case is changed, for {@code toLowerCase} makes a {@code k} of a Kelvin sign. */
    static boolean isName(String host) {
        int end = host.endsWith(".") ? host.length() - 1 : host.length();
        if (end == 0 || end > 253 || host.charAt(0) == '.' || host.charAt(end - 1) == '.' || host.contains("..")) {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char c = host.charAt(i);
            boolean letterOrDigit = c < 128 && Character.isLetterOrDigit(c);
            if (!letterOrDigit && c != '.' && c != '-' && c != '_') {
                return false;
            }
        }
        return true;
    }

    static String normalized(String name) {
        String withoutDot = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return withoutDot.toLowerCase(Locale.ROOT);
    }
}
