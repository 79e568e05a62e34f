package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * Addresses of the internet, cut to what a network of customers shares: the last number of an IPv4 address becomes 0, of
 * an IPv6 address three groups (48 bits) stay. Loopback addresses are nobody's and stay.
 */
final class IpScanner implements Scanner {

    private static final int KEPT_GROUPS = 3;
    private static final int GROUPS = 8;

    @Override
    public String triggers() {
        return "0123456789abcdefABCDEF";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        if (Ascii.isAt(text, at - 1, '.') || Ascii.isAt(text, at - 1, '-') || Ascii.isAt(text, at - 1, '_')) {
            return null;
        }
        Find version4 = Ascii.isDigit(text.charAt(at)) ? version4(text, at) : null;
        return version4 != null || Ascii.isAt(text, at - 1, ':') ? version4 : version6(text, at);
    }

    private static @Nullable Find version4(CharSequence text, int at) {
        int i = at;
        int last = at;
        for (int part = 0; part < 4; part++) {
            last = i;
            int value = 0;
            while (i < text.length() && i - last < 3 && Ascii.isDigit(text.charAt(i))) {
                value = value * 10 + text.charAt(i) - '0';
                i++;
            }
            boolean leadingZero = i - last > 1 && text.charAt(last) == '0';
            if (i == last || value > 255 || leadingZero || (part < 3 && !Ascii.isAt(text, i, '.'))) {
                return null;
            }
            i += part < 3 ? 1 : 0;
        }
        boolean longer = Ascii.isWordAt(text, i) || (Ascii.isAt(text, i, '.') && Ascii.isWordAt(text, i + 1));
        boolean same = i - last == 1 && text.charAt(last) == '0';
        return longer || same || Ascii.startsWith(text, at, "127.") ? null : new Find(last, i, Rule.IP, "0");
    }

    private static @Nullable Find version6(CharSequence text, int at) {
        int i = at;
        int groups = 0;
        int kept = -1;
        boolean gap = false;
        boolean shortened = false;
        while (groups < GROUPS) {
            int end = endOfGroup(text, i);
            if (end == i) {
                break;
            }
            if (end < 0) {
                return null;
            }
            groups++;
            i = end;
            if (groups == KEPT_GROUPS && !gap) {
                kept = i;
            }
            if (Ascii.startsWith(text, i, "::")) {
                if (gap) {
                    return null;
                }
                gap = true;
                kept = kept < 0 ? i : kept;
                i += 2;
                shortened = endOfGroup(text, i) == i;
            } else if (Ascii.isAt(text, i, ':') && endOfGroup(text, i + 1) > i + 1) {
                i++;
            } else {
                break;
            }
        }
        boolean whole = gap ? groups < GROUPS : groups == GROUPS;
        boolean cutAlready = shortened && groups <= KEPT_GROUPS;
        if (!whole || cutAlready || Ascii.isWordAt(text, i) || Ascii.isAt(text, i, ':')) {
            return null;
        }
        return new Find(kept, i, Rule.IP, "::");
    }

    /** The same index if there is none; -1 if it is none of an address. */
    private static int endOfGroup(CharSequence text, int from) {
        int end = from;
        while (end < text.length() && end - from < 5 && Ascii.isHex(text.charAt(end))) {
            end++;
        }
        boolean longer = end - from > 4 || (end > from && (Ascii.isWordAt(text, end) || Ascii.isAt(text, end, '.')));
        return longer ? -1 : end;
    }
}
