package io.dharma.tracing.internal.settings;

/** URLs as they may be shown. */
public final class Urls {

    private Urls() {}

    /** Without user name, password, query and fragment, any of which may hold a credential. */
    public static String withoutSecrets(String url) {
        int end = url.length();
        for (char mark : new char[] {'?', '#'}) {
            int at = url.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        // An unencoded password may hold any of /?#, so the last @ of the whole is looked for.
        int credentials = url.lastIndexOf('@');
        int scheme = url.indexOf("://");
        int start = scheme < 0 ? 0 : scheme + 3;
        if (credentials >= start) {
            return Problem.printable(url.substring(0, start) + "***@" + host(url.substring(credentials + 1)));
        }
        return Problem.printable(url.substring(0, end) + (end < url.length() ? "?***" : ""));
    }

    private static String host(String afterCredentials) {
        int end = 0;
        while (end < afterCredentials.length() && "/?#".indexOf(afterCredentials.charAt(end)) < 0) {
            end++;
        }
        return afterCredentials.substring(0, end);
    }
}
