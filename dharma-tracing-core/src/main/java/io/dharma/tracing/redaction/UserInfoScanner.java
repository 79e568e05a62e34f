package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * The user and password that stand before the host in a URL of any scheme, and in Oracle's kind of JDBC URL. They are
 * taken out whole. A user without a password stays where it cannot be a key: {@code ssh://git@host}.
 */
final class UserInfoScanner implements Scanner {

    /** A user so long may be a token. */
    private static final int LONG_USER = 16;

    /** So far behind a slash a password is followed, if it holds one. */
    private static final int LOOK = 256;

    @Override
    public String triggers() {
        return ":";
    }

    @Override
    public @Nullable Find at(CharSequence text, int at, int from) {
        if (Ascii.startsWith(text, at, "://")) {
            return authority(text, at + 3);
        }
        boolean oracle = Ascii.startsWithLower(text, at - 4, "thin:") || Ascii.startsWithLower(text, at - 3, "oci:");
        return oracle ? oracle(text, at + 1) : null;
    }

    /** The last at sign of the authority ends it: a password may have some, though it should not. */
    private static @Nullable Find authority(CharSequence text, int start) {
        int at = -1;
        int colon = -1;
        boolean port = true;
        int limit = text.length();
        for (int i = start; i < limit && !endsAuthority(text.charAt(i)); i++) {
            char c = text.charAt(i);
            if (c == '/') {
                // What stands between a colon and a slash is a port or else the beginning of a password.
                if (colon < 0 || port || at > start || text.charAt(start) == '[') {
                    break;
                }
                limit = Math.min(limit, i + LOOK);
            }
            // Belongs in no password unencoded, and stands in many all the same; behind a host it ends the authority.
            if ((c == '?' || c == '#') && (colon < 0 || port)) {
                break;
            }
            port &= colon < 0 || Ascii.isDigit(c);
            if (c == '@') {
                at = i;
            } else if (c == ':' && colon < 0) {
                colon = i;
            }
        }
        if (at <= start) {
            return null;
        }
        boolean password = colon >= 0 && colon < at;
        return password || isKey(text, start, at) ? new Find(start, at + 1, Rule.URL, "") : null;
    }

    private static boolean endsAuthority(char c) {
        return c == '"' || c == '<' || c == '>' || c == '\\' || Ascii.isSpace(c);
    }

    private static boolean isKey(CharSequence text, int from, int to) {
        boolean digit = false;
        for (int i = from; i < to && !digit; i++) {
            digit = Ascii.isDigit(text.charAt(i));
        }
        return digit && to - from >= LONG_USER;
    }

    /** {@code jdbc:oracle:thin:scott/tiger@//host}. */
    private static @Nullable Find oracle(CharSequence text, int start) {
        boolean password = false;
        for (int i = start; i < text.length() && !Ascii.isSpace(text.charAt(i)); i++) {
            char c = text.charAt(i);
            if (c == '@') {
                return password ? new Find(start, i, Rule.URL, "") : null;
            }
            if (c == ':') {
                // Another trigger.
                return null;
            }
            password |= c == '/';
        }
        return null;
    }
}
