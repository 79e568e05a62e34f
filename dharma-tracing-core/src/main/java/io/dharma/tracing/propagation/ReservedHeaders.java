package io.dharma.tracing.propagation;

import java.util.Locale;
import java.util.Set;

/** Headers that mean something else to everybody, so that no id may be written to them or read from them. */
final class ReservedHeaders {

    /** Of other propagators; further ones begin with {@link #PREFIXES}. */
    private static final Set<String> OF_PROPAGATORS =
            Set.of("traceparent", "tracestate", "baggage", "b3", "uber-trace-id", "jaeger-baggage");

    private static final Set<String> PREFIXES = Set.of("x-b3-", "uberctx-");

    /** What holds a message together, says where it goes, or proves who sent it. */
    private static final Set<String> OF_HTTP = Set.of(
            "accept",
            "accept-encoding",
            "authorization",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "cookie",
            "date",
            "expect",
            "forwarded",
            "host",
            "keep-alive",
            "location",
            "origin",
            "proxy-authenticate",
            "proxy-authorization",
            "referer",
            "set-cookie",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "user-agent",
            "via",
            "www-authenticate",
            "x-forwarded-for");

    private ReservedHeaders() {}

    static boolean include(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return OF_PROPAGATORS.contains(lowerCase)
                || OF_HTTP.contains(lowerCase)
                || PREFIXES.stream().anyMatch(lowerCase::startsWith);
    }
}
