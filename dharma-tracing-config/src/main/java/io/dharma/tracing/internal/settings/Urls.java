package io.dharma.tracing.internal.settings;

import java.net.URI;
import java.net.URISyntaxException;

/** URLs as they may be shown. */
public final class Urls {

    private Urls() {}

    /** A word of a path that is no longer than this and looks like one is shown. */
    private static final int LONGEST_WORD = 16;

    /**
     * Without user name, password, query and fragment, any of which may hold a credential, and without those parts of the
     * path that do not look like a word or a version: some receivers are told their key there.
     */
    public static String withoutSecrets(String url) {
        int end = url.length();
        for (char mark : new char[] {'?', '#'}) {
            int at = url.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        int scheme = url.indexOf("://");
        int start = scheme < 0 ? 0 : scheme + 3;
        int credentials = (hasHost(url) ? url.substring(0, start) + host(url.substring(start)) : url).lastIndexOf('@');
        if (credentials >= start) {
            return Problem.printable(url.substring(0, start) + "***@" + host(url.substring(credentials + 1)));
        }
        String hostAndPath = url.substring(start, end);
        int path = hostAndPath.indexOf('/');
        String shown = path < 0 ? hostAndPath : hostAndPath.substring(0, path) + path(hostAndPath.substring(path));
        return Problem.printable(url.substring(0, start) + shown + (end < url.length() ? "?***" : ""));
    }

    /** If not, it is anybody's guess what is what: a password that was not encoded may hold any of /?#. */
    private static boolean hasHost(String url) {
        try {
            return new URI(url).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String path(String path) {
        StringBuilder shown = new StringBuilder();
        for (String part : path.substring(1).split("/", -1)) {
            shown.append('/').append(part.isEmpty() || isWord(part) || isVersion(part) ? part : "***");
        }
        return shown.toString();
    }

    private static boolean isWord(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if ((c < 'a' || c > 'z') && c != '-' && c != '_') {
                return false;
            }
        }
        return part.length() <= LONGEST_WORD;
    }

    private static boolean isVersion(String part) {
        for (int i = 1; i < part.length(); i++) {
            if (part.charAt(i) < '0' || part.charAt(i) > '9') {
                return false;
            }
        }
        return part.length() <= 3 && part.startsWith("v");
    }

    private static String host(String afterCredentials) {
        int end = 0;
        while (end < afterCredentials.length() && "/?#".indexOf(afterCredentials.charAt(end)) < 0) {
            end++;
        }
        return afterCredentials.substring(0, end);
    }
}
